"""Pages by key: forth and back nothing is lost or repeated, in whatever order of columns."""

import pytest

from messaging.models import Message
from tests.messaging.conftest import write
from vaxreg import paging

pytestmark = pytest.mark.django_db

ORDERS = [("pk",), ("-pk",), ("purpose", "pk"), ("-purpose", "pk"), ("purpose", "-pk")]


@pytest.fixture
def messages() -> list[Message]:
    return [write(purpose=f"purpose.{number % 3}") for number in range(11)]


def read(order: paging.Order, **where: str) -> paging.Page[Message]:
    names = [column.removeprefix("-") for column in order]
    return paging.page(
        Message.objects.all(),
        order,
        where,
        size=3,
        key_of=lambda mark: Message.objects.filter(key=mark).values_list(*names).first(),
        mark_of=lambda message: str(message.key),
    )


@pytest.mark.parametrize("order", ORDERS)
def test_all_pages_together_are_all_rows_forth_and_back(messages, order):
    everything = list(Message.objects.order_by(*order))

    forth = [read(order)]
    while forth[-1].after:
        forth.append(read(order, after=forth[-1].after))
    back = [forth[-1]]
    while back[-1].before:
        back.append(read(order, before=back[-1].before))

    assert [row for page in forth for row in page.rows] == everything
    assert [page.rows for page in back[:0:-1]] == [page.rows for page in forth[:-1]]
    assert [page.is_first for page in forth] == [True, False, False, False]


@pytest.mark.parametrize(
    ("asked", "numbers", "before", "after"),
    [
        ("", range(1, 41), "", "41"),
        ("1", range(1, 41), "", "41"),
        ("41", range(41, 81), "1", "81"),
        ("81", range(81, 101), "41", ""),
        ("30", range(30, 70), "1", "70"),
        ("101", range(1, 41), "", "41"),
        ("0", range(1, 41), "", "41"),
        ("-3", range(1, 41), "", "41"),
        ("x", range(1, 41), "", "41"),
        ("٤١", range(1, 41), "", "41"),
        ("9" * 30, range(1, 41), "", "41"),
    ],
)
def test_a_list_in_memory_is_shown_a_stretch_at_a_time(asked, numbers, before, after):
    shown = paging.stretch(range(1, 101), asked, size=40)

    assert shown.rows == list(numbers)
    assert (shown.first, shown.last, shown.total) == (numbers[0], numbers[-1], 100)
    assert (shown.before, shown.after) == (before, after)
