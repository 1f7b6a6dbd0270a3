"""The ministry sees how many SMS and calls were lost, by operator and hour; nobody else does."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from messaging import actions, by_operator
from messaging.models import Channel, Message, State
from messaging.operators import Operator, operator_of
from oversight import arrivals
from tests.conftest import SignIn
from tests.oversight.officers import clients
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
VIETTEL, VINAPHONE = "+84981234567", "+84912345678"


def write(
    phone: str, *, channel: str = "sms", times: int = 1, lost: int = 0, **more: object
) -> None:
    """Write messages to a number, of which some are lost."""
    for number in range(times):
        one = actions.send(purpose="test", channel=channel, recipient=phone, text="x", **more)
        if number < lost:
            Message.objects.filter(pk=one.pk).update(
                state=State.GIVEN_UP, given_up_at=db_time.now()
            )


@pytest.mark.parametrize(
    ("phone", "operator"),
    [
        ("+84981234567", Operator.VIETTEL),
        ("+84321234567", Operator.VIETTEL),
        ("+84912345678", Operator.VINAPHONE),
        ("+84851234567", Operator.VINAPHONE),
        ("+84701234567", Operator.MOBIFONE),
        ("+84901234567", Operator.MOBIFONE),
        ("+84921234567", Operator.VIETNAMOBILE),
        ("+84591234567", Operator.OTHER),
        ("+84243825353", Operator.OTHER),
        ("+4915112345678", Operator.OTHER),
        ("", Operator.OTHER),
    ],
)
def test_an_operator_is_known_by_the_prefix_that_it_gave(phone: str, operator: Operator):
    assert operator_of(phone) == operator


def test_messages_are_counted_by_the_hour_in_which_they_were_written():
    write(VIETTEL, times=3, lost=1)
    write(VINAPHONE, channel=Channel.CALL, is_secret=True, lost=1)
    write("somebody@example.vn", channel="email")
    with db_time.at(db_time.now() - timedelta(hours=2)):
        write(VIETTEL, times=2)
    with db_time.at(db_time.now() - timedelta(days=2)):
        write(VIETTEL, times=4)

    hours = by_operator.last_hours()

    assert len(hours) == 24
    assert [hour.total.sent for hour in hours[:3]] == [4, 0, 2]
    newest = hours[0].of
    assert (newest[Operator.VIETTEL].sent, newest[Operator.VIETTEL].lost) == (3, 1)
    assert (newest[Operator.VINAPHONE].codes, newest[Operator.VINAPHONE].codes_lost) == (1, 1)
    assert arrivals.total(hours).sent == 6


def test_the_page_says_what_was_lost_and_with_whom(world: World, as_staff: SignIn):
    write(VIETTEL, times=10, lost=4)
    write(VINAPHONE, times=2, lost=1)
    an = in_english(clients(world, as_staff)["an"])

    page = an.get("/oversight/messages/")

    assert "5 of 12 messages were lost in the last 24 hours; 4 of them with Viettel." in text_of(
        page
    )
    assert "4 of 10" in text_of(page)
    assert 'href="/oversight/messages/"' in an.get("/oversight/").content.decode()


def test_a_share_is_marked_only_where_there_are_enough_messages():
    write(VIETTEL, times=10, lost=1)
    write(VINAPHONE, times=9, lost=9)

    with override("en"):
        row = arrivals.table(by_operator.last_hours()).rows[0]

    assert [cell.kind for cell in row[1:3]] == ["over", ""]


def test_a_quiet_day_says_so_and_quiet_hours_have_no_row(world: World, as_staff: SignIn):
    an = in_english(clients(world, as_staff)["an"])

    assert "No SMS was written in the last 24 hours" in text_of(an.get("/oversight/messages/"))
    write(VIETTEL)
    page = an.get("/oversight/messages/")
    assert "Nothing was lost in the last 24 hours." in text_of(page)
    assert len(page.context["table"].rows) == 1


@pytest.mark.parametrize("who", ["huong", "phuc", "minh", "mai"])
def test_the_numbers_of_the_country_are_for_the_ministry(world: World, as_staff: SignIn, who: str):
    assert as_staff(world.user(who)).get("/oversight/messages/").status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_messages(django_assert_num_queries):
    write(VIETTEL, times=5)
    write(VINAPHONE, times=5)

    # The time of the database, and the counts.
    with django_assert_num_queries(2):
        by_operator.last_hours()
