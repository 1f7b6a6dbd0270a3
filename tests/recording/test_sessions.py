"""A site's sessions: made, held, counted; and the lots that it received."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from doses import sessions
from doses.models import Dose, ReceivedLot, VaccinationSession
from doses.sessions import SessionOver
from tests import world as worlds
from tests.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


@pytest.fixture
def lot(world: World) -> ReceivedLot:
    return sessions.receive_lot(
        world.buoi, world.pfizer, "fg3526", received_on=date(2021, 9, 1), by=world.user("minh")
    )


def planned(world: World, **more: object) -> VaccinationSession:
    return sessions.plan(world.buoi, timezone.localdate(), by=world.user("minh"), **more)


def test_a_nurse_makes_a_session_and_is_at_its_desk(world: World, minh: Client, lot: ReceivedLot):
    answer = minh.post(
        "/recording/sessions/new/",
        {"on": "12/09/2021", "venue": "Trường Đông Thái", "lots": [lot.pk], "planned_doses": "200"},
    )

    made = VaccinationSession.objects.get()
    assert answer.url == f"/recording/sessions/{made.public_id}/"
    assert (made.organization, made.on, made.venue) == (
        world.buoi, date(2021, 9, 12), "Trường Đông Thái",
    )  # fmt: skip
    assert list(made.lots.all()) == [lot]


def test_somebody_of_no_site_is_told_who_records(world: World, as_staff: SignIn):
    answer = as_staff(world.user("huong")).get("/recording/")

    assert answer.status_code == 403
    assert "cơ sở tiêm chủng" in answer.content.decode()


def test_a_session_of_another_site_does_not_exist(world: World, minh: Client):
    other = sessions.plan(world.lang_thuong, timezone.localdate(), by=world.user("tuan"))

    assert minh.get(f"/recording/sessions/{other.public_id}/").status_code == 404


def test_a_lot_of_another_site_cannot_be_used(world: World, lot: ReceivedLot):
    with pytest.raises(ValidationError):
        sessions.plan(world.quang_an, timezone.localdate(), lots=[lot], by=world.user("minh"))


def test_closing_says_how_many_doses_are_still_to_be_entered(world: World, minh: Client):
    session = planned(world)
    worlds.dose(world, session=session, given_on=session.on)

    answer = minh.post(
        f"/recording/sessions/{session.public_id}/close/", {"given_doses": "12"}, follow=True
    )

    session.refresh_from_db()
    assert (session.status, session.given_doses) == ("done", 12)
    assert "Còn 11 mũi" in answer.content.decode()


def test_the_count_of_a_closed_session_can_be_put_right(world: World):
    session = sessions.close(planned(world), given_doses=12)

    again = sessions.close(session, given_doses=13)

    assert (again.given_doses, again.closed_at) == (13, session.closed_at)


def test_a_session_with_doses_cannot_be_called_off(world: World, minh: Client):
    session = planned(world)
    worlds.dose(world, session=session, given_on=session.on)

    minh.post(f"/recording/sessions/{session.public_id}/close/", {"call_off": "1"})

    session.refresh_from_db()
    assert session.status == "planned"


def test_an_empty_session_is_called_off_and_takes_no_dose(world: World, minh: Client):
    session = planned(world)

    minh.post(f"/recording/sessions/{session.public_id}/close/", {"call_off": "1"})

    with pytest.raises(SessionOver):
        sessions.begin(session)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"number": ""}, "number"),
        ({"vaccine": "nothing"}, "vaccine"),
        ({"received_on": "31/02/2021"}, "received_on"),
        ({"received_on": "01/01/2099"}, "received_on"),
        ({"doses": "-3"}, "doses"),
    ],
)
def test_a_lot_that_cannot_be_is_refused_beside_its_field_and_kept(
    minh: Client, sent: dict[str, str], field: str
):
    whole = {"vaccine": "PF", "number": "FG3526", "received_on": "01/09/2021", **sent}

    answer = minh.post("/recording/lots/", whole)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not ReceivedLot.objects.exists()


def test_a_lot_stands_once_on_the_list_however_it_is_typed(minh: Client, lot: ReceivedLot):
    answer = minh.post(
        "/recording/lots/",
        {"vaccine": "PF", "number": " Fg3526 ", "received_on": "02/09/2021"},
    )

    assert answer.status_code == 422
    assert "đã có trong danh sách" in answer.content.decode()


def test_a_lot_that_is_taken_off_leaves_its_row_and_the_doses(
    world: World, minh: Client, lot: ReceivedLot
):
    dose = worlds.dose(world, vaccine=world.pfizer, lot="FG3526")

    minh.post(f"/recording/lots/{lot.pk}/withdraw/")

    lot.refresh_from_db()
    assert lot.withdrawn_by == world.user("minh")
    assert Dose.objects.get(pk=dose.pk).lot == "FG3526"
    assert "FG3526" not in minh.get("/recording/lots/").content.decode()


def test_the_list_shows_what_is_not_over_first(world: World, minh: Client):
    yesterday = timezone.localdate() - timedelta(days=1)
    open_one = sessions.plan(world.buoi, yesterday, by=world.user("minh"))
    sessions.close(planned(world), given_doses=3)

    rows = minh.get("/recording/").context["rows"]

    assert [row.session.status for row in rows] == ["planned", "done"]
    assert rows[0].session == open_one
