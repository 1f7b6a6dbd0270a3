"""The phone number of a site: behind one press, which stores who was shown it, when and why."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from oversight.models import ContactReveal
from tests.conftest import SignIn
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case
from tests.world import World
from vaxreg import db_time

HOUR = timedelta(hours=1)
NUMBER = 'href="tel:02438230000"'


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    User.objects.update(last_login=db_time.now() - HOUR)
    return in_english(as_staff(world.user("huong")))


def page_of(world: World, step: str = "") -> str:
    return f"/oversight/sites/{world.buoi.public_id}/{step}"


def test_one_press_shows_the_number_and_leaves_a_row(world: World, huong: Client):
    before = huong.get(page_of(world)).content.decode()

    after = huong.post(page_of(world, "phone/"), {"why": "overdue"}, follow=True)

    assert NUMBER not in before
    assert "024 3823 0000" not in before
    assert NUMBER in after.content.decode()
    assert after.redirect_chain == [(f"{page_of(world)}#contact", 302)]
    [row] = ContactReveal.objects.all()
    assert (row.user, row.organization, row.why) == (world.user("huong"), world.buoi, "overdue")
    assert db_time.now() - row.at < HOUR


def test_after_an_hour_the_number_is_hidden_again(world: World, huong: Client):
    with db_time.at(db_time.now() - timedelta(minutes=61)):
        huong.post(page_of(world, "phone/"), {"why": "other"})

    page = huong.get(page_of(world))

    assert NUMBER not in page.content.decode()
    assert "Đỗ Thu Hương · Another reason" in text_of(page)


def test_a_colleague_has_to_ask_too(world: World, huong: Client, as_staff: SignIn):
    huong.post(page_of(world, "phone/"))
    phuc = as_staff(world.user("phuc"))

    assert NUMBER not in phuc.get(page_of(world)).content.decode()


@pytest.mark.parametrize("who", ["duc", "minh"])
def test_nobody_from_elsewhere_is_shown_it(world: World, as_staff: SignIn, who: str):
    answer = as_staff(world.user(who)).post(page_of(world, "phone/"), {"why": "overdue"})

    assert answer.status_code == {"duc": 404, "minh": 403}[who]
    assert not ContactReveal.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"why": ""}, {"why": "nonsense"}, {"why": "x" * 500}])
def test_a_reason_that_there_is_not_counts_as_another(
    world: World, huong: Client, sent: dict[str, str]
):
    huong.post(page_of(world, "phone/"), sent)

    assert ContactReveal.objects.get().why == "other"


def test_the_page_says_why_one_would_call(world: World, huong: Client):
    quiet = huong.get(page_of(world)).context["why_call"]
    write_case(world, world.buoi, db_time.now() - 100 * HOUR)
    silent = huong.get(page_of(world)).context["why_call"]

    assert (quiet, silent) == ("other", "silence")


def test_no_list_of_silent_organizations_has_numbers(world: World, huong: Client):
    write_case(world, world.buoi, db_time.now() - 100 * HOUR)

    page = huong.get("/oversight/silence/").content.decode()
    file = huong.get("/oversight/silence/silent.csv").content.decode()

    assert page_of(world, "phone/") in page
    assert "csrfmiddlewaretoken" in page.split(page_of(world, "phone/"))[1][:300]
    assert "3823" not in page
    assert "3823" not in file


def test_the_database_lets_nobody_take_a_row_back(world: World, huong: Client):
    huong.post(page_of(world, "phone/"))

    with pytest.raises(IntegrityError), transaction.atomic():
        ContactReveal.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactReveal.objects.update(why="overdue")
