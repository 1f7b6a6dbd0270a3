"""A site reads whose next dose is due, calls them, takes the list along, and switches reminders on."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from citizens.models import Citizen, RecordVisit
from doses.models import Dose
from organizations.models import Membership
from recording.due import calling, fold
from recording.due.reading import PAGE_SIZE
from recording.models import NextDose, ReminderSetting
from tests import world as worlds
from tests.conftest import SignIn
from tests.pages import in_english, text_of
from tests.world import World

pytestmark = pytest.mark.django_db

LIST = "/recording/due/"
REMINDERS = "/recording/due/reminders/"


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("minh")))


def given(world: World, whose: str, days: int) -> Dose:
    """A first dose of AstraZeneca, so many days before today; the second is due after 56."""
    return worlds.dose(world, whose, given_on=timezone.localdate() - timedelta(days=days))


def test_the_list_has_a_window_for_each_time_and_says_who_saw_whom(world: World, minh: Client):
    for whose, days in (("lan", 60), ("binh", 52), ("child", 30)):
        given(world, whose, days)
    worlds.dose(world, organization=world.lang_thuong, ordinal=2, given_on=timezone.localdate())
    fold.update()

    pages = {when: text_of(minh.get(LIST, {"when": when})) for when in ("overdue", "week", "month")}

    assert "Nobody is due here" in pages["overdue"]
    assert "Trần Văn Bình" in pages["week"]
    assert "Lê Nguyễn Minh Anh" not in pages["week"]
    assert "Lê Nguyễn Minh Anh" in pages["month"]
    assert "Primary dose 2 · COVID-19" in pages["month"]
    seen = RecordVisit.objects.filter(why="list").values_list("citizen", flat=True)
    assert set(seen) == {world.citizens["binh"].pk, world.citizens["child"].pk}


def test_the_list_leads_from_the_newest_day_to_the_oldest_and_back(world: World, minh: Client):
    people = Citizen.objects.bulk_create(
        Citizen(full_name=f"Trần Thị Hoa {chr(65 + n)}", date_of_birth=date(1980, 1, 1))
        for n in range(PAGE_SIZE + 3)
    )
    for n, person in enumerate(people):
        day = timezone.localdate() - timedelta(days=100 - n // 3)
        worlds.dose(world, citizen=person, given_on=day)
    fold.update()

    first = minh.get(LIST, {"group": "covid19"})
    older = minh.get(LIST, {"after": first.context["list"].older})
    newer = minh.get(LIST, {"before": older.context["list"].newer})

    shown = [row.due.citizen for page in (first, older) for row in page.context["list"].rows]
    assert shown == list(reversed(people))
    assert [row.due for row in newer.context["list"].rows] == [
        row.due for row in first.context["list"].rows
    ]


def test_a_phone_number_shows_after_one_click_that_is_kept(
    world: World, minh: Client, monkeypatch: pytest.MonkeyPatch
):
    given(world, "lan", 60)
    fold.update()
    assert "0912" not in text_of(minh.get(LIST))
    where = f"{LIST}{NextDose.objects.get().pk}/phone/"
    monkeypatch.setattr(calling, "PER_PERSON", [(1, timedelta(hours=1))])

    assert "0912 345 678" in text_of(minh.post(where))

    visit = RecordVisit.objects.get(why="call")
    assert (visit.user, visit.seen, visit.citizen) == (
        world.user("minh"), "phone", world.citizens["lan"],
    )  # fmt: skip
    assert minh.post(where).status_code == 429
    assert RecordVisit.objects.filter(why="call").count() == 1


def test_the_file_has_the_lines_of_the_page_without_phone_numbers(world: World, minh: Client):
    given(world, "lan", 60)
    fold.update()

    lines = minh.get(f"{LIST}list.csv").content.decode("utf-8-sig").splitlines()

    assert lines[0] == (
        "Person,Date of birth,Commune,Next dose,Due on,Last dose,Date given,Reminded on"
    )
    assert lines[1].startswith("Nguyễn Thị Lan,27/03/1988,Bưởi,Primary dose 2 · COVID-19,")
    assert "912345678" not in "".join(lines)
    assert RecordVisit.objects.filter(why="list", citizen=world.citizens["lan"]).exists()


def test_bad_days_are_answered_beside_the_field_and_the_lead_alone_switches(
    world: World, minh: Client
):
    on = {"group": "covid19", "is_on": "1", "covid19-days_before": "5"}
    assert minh.post(REMINDERS, on).status_code == 403
    assert "The lead of the site switches them on" in text_of(minh.get(REMINDERS))
    Membership.objects.filter(user=world.user("minh")).update(role="lead")

    wrong = minh.post(REMINDERS, {**on, "covid19-days_before": "many"})
    stored = minh.post(REMINDERS, on, follow=True)

    assert wrong.status_code == 422
    assert 'value="many"' in wrong.content.decode()
    assert "COVID-19: people are reminded 5 days before." in text_of(stored)
    assert minh.post(REMINDERS, {**on, "group": "x"}).status_code == 404
    minh.post(REMINDERS, {**on, "is_on": "0"})
    states = ReminderSetting.objects.order_by("pk").values_list("is_on", "days_before")
    assert list(states) == [(True, 5), (False, 5)]
