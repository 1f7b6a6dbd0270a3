"""A site reads what is missing and wrong in its own rows, and puts it right from there."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from citizens.models import Citizen, RecordVisit
from doses import sessions
from recording.models import GivenCount
from recording.site_days import fold, stating
from recording.site_days.worklists import PAGE_SIZE
from tests import world as worlds
from tests.cases import file_one
from tests.conftest import SignIn
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

DAY = date(2021, 8, 29)
LIST = "/recording/faults/no_session/"


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("minh")))


def test_the_dashboard_shows_today_the_queue_and_what_is_missing(world: World, minh: Client):
    today = timezone.localdate(db_time.now())
    held = sessions.plan(world.buoi, today, planned_doses=120, by=world.user("minh"))
    worlds.dose(world, session=held, given_on=today, ordinal=2)
    sessions.close(held, given_doses=100)
    file_one(world)
    stating.state_given(world.buoi, DAY, 31, by=world.user("minh"))
    stating.set_deadline(
        date(2021, 9, 20), DAY, "7229/BYT-VPB1", binds=world.ministry, by=world.user("minh")
    )
    fold.update_sums()

    page = text_of(minh.get("/recording/site/"))

    assert "1 Entered today 120 planned, 100 given" in page
    assert "1 Cases to do" in page
    assert "129 Doses still to enter on 2 days" in page
    assert "By 20/09/2021 7229/BYT-VPB1 1 of 31 doses entered · 30 missing" in page
    assert "08/2021 1 0% 0% 0% 100% 0%" in page
    assert f"{today:%m/%Y} 1 100% 100% 100% 100% 0%" in page


def test_a_worklist_leads_from_the_newest_dose_to_the_oldest_and_back(world: World, minh: Client):
    number = PAGE_SIZE + 4
    people = Citizen.objects.bulk_create(
        Citizen(full_name=f"Trần Thị Hoa {chr(65 + n)}", date_of_birth=date(1980, 1, 1))
        for n in range(number)
    )
    for n, person in enumerate(people):
        worlds.dose(world, citizen=person, given_on=DAY + timedelta(days=n // 3))
    worlds.dose(world, organization=world.lang_thuong)
    fold.update_sums()

    first = minh.get(LIST)
    older = minh.get(LIST, {"after": first.context["list"].older})
    newer = minh.get(LIST, {"before": older.context["list"].newer})

    shown = [row.dose.citizen_id for page in (first, older) for row in page.context["list"].rows]
    assert shown == [person.pk for person in reversed(people)]
    assert older.context["list"].older == newer.context["list"].newer == ""
    assert newer.context["list"].rows == first.context["list"].rows
    assert f"{number} doses" in text_of(first)


def test_a_row_leads_to_where_it_is_put_right_and_says_who_saw_it(world: World, minh: Client):
    dose = worlds.dose(world, lot="")
    Citizen.objects.filter(pk=dose.citizen_id).update(id_number=None)
    fold.update_sums()

    assert (
        f"/review/doses/{dose.public_id}/" in minh.get("/recording/faults/no_lot/").content.decode()
    )
    page = minh.get("/recording/faults/no_number/").content.decode()

    assert "/review/openings/paper/?people=" in page
    assert RecordVisit.objects.filter(citizen=dose.citizen, why="list").count() == 1


def test_what_was_put_right_a_moment_ago_is_gone_and_the_rest_still_shown(
    world: World, minh: Client
):
    kept = worlds.dose(world)
    gone = worlds.dose(world, "binh", given_on=DAY + timedelta(days=1))
    fold.update_sums()
    type(gone).objects.filter(pk=gone.pk).update(
        status="entered_in_error", revision=2, revised_at=db_time.now()
    )

    answer = minh.get(LIST)

    assert [row.dose for row in answer.context["list"].rows] == [kept]
    assert "1 dose" in text_of(answer)


def test_a_list_says_that_it_is_empty_only_of_doses_that_were_counted(world: World, minh: Client):
    dose = worlds.dose(world)

    assert "Doses are being counted: look again in a minute" in text_of(minh.get(LIST))
    fold.update_sums()
    type(dose).objects.filter(pk=dose.pk).update(
        status="entered_in_error", revision=2, revised_at=db_time.now()
    )
    page = text_of(minh.get(LIST))
    assert "0 doses" in page
    assert "No dose has this fault" in page


@pytest.mark.parametrize("who", ["tuan", "huong", "mai"])
def test_nobody_else_sees_the_rows_of_the_site(world: World, as_staff: SignIn, who: str):
    worlds.dose(world)
    fold.update_sums()

    answer = as_staff(world.user(who)).get(LIST)

    assert "Nguyễn Thị Lan" not in answer.content.decode()
    assert answer.status_code == (200 if who == "tuan" else 403)


def test_a_site_states_how_many_it_gave_on_a_day(world: World, minh: Client):
    answer = minh.post("/recording/days/", {"day": "29/08/2021", "doses": "40"}, follow=True)

    stated = GivenCount.objects.get()
    assert (stated.organization, stated.day, stated.doses) == (world.buoi, DAY, 40)
    assert "29/08/2021: 40 doses given" in answer.content.decode()
    assert "Being counted" in text_of(answer)
    fold.update_sums()
    assert "29/08/2021 40 0 0 40" in text_of(minh.get("/recording/days/?behind=1"))


@pytest.mark.parametrize(
    "sent", [{"day": "", "doses": "4"}, {"day": "01/01/2099", "doses": "4"},
             {"day": "29/08/2021", "doses": "-4"}, {"day": "29/08/2021", "doses": "many"}],
)  # fmt: skip
def test_a_count_that_cannot_be_is_refused_beside_its_field(minh: Client, sent: dict[str, str]):
    answer = minh.post("/recording/days/", sent)

    assert answer.status_code == 422
    assert not GivenCount.objects.exists()


@pytest.mark.parametrize("mark", ["x", "2021-13-01.1", "2021-08-29.9" + "9" * 30, "."])
def test_a_mark_that_says_nothing_gives_the_first_page(world: World, minh: Client, mark: str):
    worlds.dose(world)
    fold.update_sums()

    assert len(minh.get(LIST, {"after": mark}).context["list"].rows) == 1
    assert minh.get("/recording/days/", {"before": mark}).status_code == 200
