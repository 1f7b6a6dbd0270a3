"""A decision may be taken back for half a minute: nothing has changed, nobody knows."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client

from background.models import WorkTry
from corrections import actions, sweep
from corrections.actions import HeldByColleague, NotToBeTakenBack, StalePage
from corrections.lifecycle import Status, StepNotPossible
from corrections.models import Correction, DelayedDecision, Policy
from doses.models import Dose
from messaging.models import Message
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.conftest import SignIn
from tests.world import World
from vaxreg import db_time

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _half_a_minute(settings: Any) -> None:
    settings.TAKE_BACK_SECONDS = 30


@pytest.fixture
def minh(world: World, as_staff: SignIn) -> Client:
    return as_staff(world.user("minh"))


def page(case: Correction, step: str = "") -> str:
    return f"/review/{case.reference}/{step}"


def decide(client: Client, case: Correction, outcome: str = "accept", **more: Any) -> Any:
    sent = {"version": case.version, "outcome": outcome, "confirmed": "1", **more}
    return client.post(page(case, "decide/"), sent)


def in_half_a_minute() -> Any:
    return db_time.at(db_time.now() + HALF_A_MINUTE)


def status_of(case: Correction) -> str:
    return Correction.objects.get(pk=case.pk).status


def test_for_half_a_minute_nothing_changes_and_nobody_is_told(
    world: World, correction: Correction, minh: Client
):
    assert correction.dose is not None
    vaccine, messages = correction.dose.vaccine, Message.objects.count()

    decide(minh, correction)
    sweep.sweep()

    assert status_of(correction) == Status.IN_REVIEW
    assert Dose.objects.get(corrections=correction).vaccine == vaccine
    assert Message.objects.count() == messages


def test_then_the_decision_counts(world: World, correction: Correction, minh: Client):
    decide(minh, correction, note="Theo giấy")

    with in_half_a_minute():
        sweep.carry_out(correction.pk)

    case = Correction.objects.get(pk=correction.pk)
    row = DelayedDecision.objects.get()
    assert (case.status, case.remark) == (Status.ACCEPTED, "Theo giấy")
    assert case.decided_by == world.user("minh")
    assert Dose.objects.get(corrections=correction).vaccine == world.pfizer
    assert (row.end, row.arguments, row.typed) == (DelayedDecision.End.CARRIED_OUT, {}, {})


def test_the_sweep_carries_out_what_celery_lost(correction: Correction, minh: Client):
    decide(minh, correction, "refuse", ground="photo_blurred", sentence="Ảnh mờ quá")

    with in_half_a_minute():
        swept = sweep.sweep()

    assert swept.decisions == 1
    assert status_of(correction) == Status.REFUSED
    assert not WorkTry.objects.exists()


def test_every_page_of_the_desk_offers_to_take_it_back(
    correction: Correction, minh: Client, world: World
):
    file_one(world, whose="binh")

    shown = minh.get(decide(minh, correction).url).content.decode()

    assert page(correction, "take-back/") in shown
    assert page(correction, "take-back/") in minh.get("/review/").content.decode()
    with in_half_a_minute():
        assert page(correction, "take-back/") not in minh.get("/review/").content.decode()


def test_taken_back_the_case_is_open_as_it_was_typed(correction: Correction, minh: Client):
    decide(minh, correction, "refuse", ground="photo_blurred", sentence="Chị chụp lại giúp trạm")

    answer = minh.post(page(correction, "take-back/"))
    shown = minh.get(answer.url).content.decode()
    with in_half_a_minute():
        sweep.sweep()

    assert answer.url == page(correction)
    assert "Chị chụp lại giúp trạm" in shown
    assert status_of(correction) == Status.IN_REVIEW
    assert DelayedDecision.objects.get().end == DelayedDecision.End.TAKEN_BACK


def test_once_it_counts_it_is_too_late_and_the_page_says_what_can_be_done(
    correction: Correction, minh: Client
):
    decide(minh, correction)
    with in_half_a_minute():
        sweep.sweep()

        shown = minh.post(page(correction, "take-back/"), follow=True).content.decode()

    assert "không rút lại được nữa" in shown
    assert status_of(correction) == Status.ACCEPTED


def test_nobody_takes_back_a_colleagues_decision(
    world: World, correction: Correction, minh: Client, as_staff: SignIn
):
    decide(minh, correction)
    thu = colleague(world)

    assert as_staff(thu).post(page(correction, "take-back/")).status_code == 404
    with pytest.raises(NotToBeTakenBack):
        actions.take_back(correction, by=thu)


def test_a_second_decision_of_a_colleague_waits_for_the_first(
    world: World, correction: Correction, minh: Client
):
    decide(minh, correction)

    with pytest.raises(HeldByColleague):
        actions.decide("keep", correction, by=colleague(world), version=None, remark="x")


def test_the_same_decision_sent_twice_is_made_once(correction: Correction, minh: Client):
    first = decide(minh, correction)
    correction.refresh_from_db()

    again = decide(minh, correction)

    assert (first.status_code, again.status_code) == (302, 302)
    assert DelayedDecision.objects.count() == 1


def test_another_decision_by_the_same_person_replaces_the_first(
    correction: Correction, minh: Client
):
    decide(minh, correction)
    correction.refresh_from_db()

    decide(minh, correction, "refuse", ground="photo_blurred", sentence="Ảnh mờ quá")
    with in_half_a_minute():
        sweep.sweep()

    assert status_of(correction) == Status.REFUSED
    assert DelayedDecision.objects.filter(end=DelayedDecision.End.TAKEN_BACK).count() == 1


@pytest.mark.parametrize(
    ("verb", "arguments", "refused"),
    [
        ("accept", {"values": {"vaccine": "no such vaccine"}}, ValidationError),
        ("accept", {"version": 99}, StalePage),
        ("countersign", {}, StepNotPossible),
    ],
)
def test_what_the_verb_refuses_is_refused_at_once(
    world: World, correction: Correction, verb: str, arguments: dict[str, Any], refused: type
):
    with pytest.raises(refused):
        actions.decide(
            verb, correction, by=world.user("minh"), **{"version": correction.version, **arguments}
        )

    assert not DelayedDecision.objects.exists()
    assert status_of(correction) == Status.QUEUED


def test_nobody_decides_about_their_family_for_half_a_minute_either(
    world: World, correction: Correction
):
    with pytest.raises(PermissionDenied):
        actions.decide("accept", correction, by=world.user("lan"), version=correction.version)


def test_what_the_citizen_adds_in_the_half_minute_stops_it(
    world: World, correction: Correction, minh: Client
):
    decide(minh, correction)
    actions.withdraw(Correction.objects.get(pk=correction.pk), by=world.user("lan"))

    with in_half_a_minute():
        swept = sweep.sweep()

    assert (swept.decisions, swept.failed) == (1, [])
    assert status_of(correction) == Status.WITHDRAWN
    assert DelayedDecision.objects.get().end == DelayedDecision.End.NOT_POSSIBLE


def test_its_author_reads_that_it_was_not_carried_out(
    world: World, correction: Correction, minh: Client
):
    decide(minh, correction)
    actions.give_back(Correction.objects.get(pk=correction.pk), by=world.user("minh"))
    with in_half_a_minute():
        sweep.sweep()

        shown = minh.get("/review/").content.decode()

    assert "không được thực hiện" in shown
    assert status_of(correction) == Status.QUEUED


def test_a_deadline_is_never_put_at_risk_by_waiting(correction: Correction, minh: Client):
    with db_time.at(correction.due_at - timedelta(minutes=1)):
        decide(minh, correction)

    assert status_of(correction) == Status.ACCEPTED
    assert not DelayedDecision.objects.exists()


def test_an_overdue_case_may_be_taken_back_too(correction: Correction, minh: Client):
    with db_time.at(correction.due_at + timedelta(hours=1)):
        decide(minh, correction)

    assert DelayedDecision.objects.live().count() == 1


def test_a_decision_that_needs_a_second_person_is_put_before_them_after_the_half_minute(
    world: World, minh: Client
):
    Policy.objects.create(
        version=2, four_eyes=["dose_on_photo_alone"], second_look_percent=0, made_at=db_time.now()
    )
    case = file_one(
        world,
        proposed={
            "position": "primary-2",
            "given_on": "2021-10-02",
            "vaccine": world.pfizer.code,
            "organization": str(world.buoi.public_id),
        },
    )
    decide(minh, case)

    with in_half_a_minute():
        sweep.sweep()

    assert DelayedDecision.objects.get().leads_to == Status.TO_COUNTERSIGN
    assert status_of(case) == Status.TO_COUNTERSIGN


@pytest.mark.django_db(transaction=True)
def test_taking_back_and_carrying_out_at_once_do_one_of_the_two(transactional_db: None):
    world = worlds.build()
    case = file_one(world)
    minh = world.user("minh")
    actions.decide("accept", case, by=minh, version=case.version)
    DelayedDecision.objects.update(carry_out_at=db_time.now())
    start = threading.Barrier(2)
    done: list[str] = []

    def race(name: str, act: Any) -> None:
        start.wait()
        try:
            if act() is not None:
                done.append(name)
        except NotToBeTakenBack:
            pass
        finally:
            connection.close()

    threads = [
        threading.Thread(target=race, args=("back", lambda: actions.take_back(case, by=minh))),
        threading.Thread(target=race, args=("out", lambda: actions.carry_out(case))),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(done) == 1
    assert (status_of(case) == Status.ACCEPTED) == (done == ["out"])
