"""What is entered answers open cases: who may close them, together, each with its own event."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from corrections import actions, outbox, sweep
from corrections.actions import by_record
from corrections.actions.by_record import NotClosed
from corrections.answered.obstacles import Obstacle
from corrections.models import AnsweredCase, Correction, CorrectionEvent, OutboxRow, Policy
from doses import bulk
from doses.actions import mark_entered_in_error, record, revise
from doses.bulk import Trace
from doses.models import Dose
from messaging.models import Message
from tests import cases
from tests import world as worlds
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
DAY = date(2021, 11, 21)


def missing(world: World, **changed: str) -> Correction:
    """Lan misses a Pfizer of 21/11/2021 at Phường Bưởi."""
    proposed = {
        "vaccine": "PF",
        "given_on": DAY.isoformat(),
        "position": "primary-2",
        "organization": str(world.buoi.public_id),
    }
    site = {} if changed.get("organization") == "" else {"named_site": world.buoi}
    said = {name: value for name, value in {**proposed, **changed}.items() if value}
    text = {"site_text": said.pop("site_text")} if "site_text" in said else {}
    return cases.file_one(world, key="missing", proposed=said, **site, **text)


def entered(world: World, whose: str = "lan", **changed: Any) -> Dose:
    """Minh enters that dose later."""
    values = {
        "vaccine": world.pfizer,
        "given_on": DAY,
        "ordinal": 2,
        "lot": "",
        "provenance": Dose.Provenance.BACK_ENTRY,
        "by": world.user("minh"),
        "by_organization": world.buoi,
    }
    return worlds.dose(world, whose, **(values | changed))


def pairs() -> list[tuple[int, int]]:
    return list(AnsweredCase.objects.values_list("correction", "dose"))


@pytest.mark.parametrize(
    ("said", "given", "is_answered"),
    [
        ({}, {}, True),
        ({"given_on": "2021-11", "position": "", "organization": ""}, {}, True),
        ({}, {"given_on": date(2021, 11, 22)}, False),
        ({}, {"ordinal": 1}, False),
        ({"lot": "FG3527"}, {"lot": "FG3526"}, False),
        ({"vaccine": ""}, {}, False),
        ({"given_on": ""}, {}, False),
        ({}, {"provenance": Dose.Provenance.SELF_DECLARED}, False),
    ],
)
def test_a_missing_dose_is_answered_by_one_with_every_proposed_fact(
    world: World, said: dict[str, str], given: dict[str, Any], is_answered: bool
):
    case = missing(world, **said)

    dose = entered(world, **given)

    assert pairs() == ([(case.pk, dose.pk)] if is_answered else [])


def test_a_dose_of_somebody_else_or_of_another_site_answers_nothing(world: World):
    missing(world)

    entered(world, "binh")
    entered(world, organization=world.quang_an)

    assert pairs() == []


def test_many_doses_written_at_once_answer_too_and_what_is_marked_as_an_error_no_more(world: World):
    case = missing(world)
    source = (
        "SELECT 1 AS row, %(citizen)s::bigint AS citizen_id, %(vaccine)s::bigint AS vaccine_id,"
        " %(day)s::date AS given_on, %(site)s::bigint AS organization_id, 2 AS ordinal"
    )
    values = {
        "citizen": case.citizen_id,
        "vaccine": world.pfizer.pk,
        "day": DAY,
        "site": world.buoi.pk,
    }
    facts = ("vaccine_id", "given_on", "organization_id", "ordinal")

    written = bulk.record_many(
        source,
        values,
        facts=facts,
        provenance=Dose.Provenance.BACK_ENTRY,
        trace=Trace(world.user("minh"), world.buoi, "Sổ giấy"),
    )

    assert pairs() == [(case.pk, written[0].dose)]
    mark_entered_in_error(Dose.objects.get(), by=None, why="Nhập nhầm")
    assert pairs() == []


def test_a_wrong_detail_is_answered_by_its_own_dose(world: World):
    case = cases.file_one(world)
    assert case.dose is not None
    assert pairs() == []

    revise(case.dose, changes={"vaccine": world.pfizer}, by=None, why="Sổ buổi tiêm")

    assert pairs() == [(case.pk, case.dose_id)]


def test_a_missing_dose_that_stood_there_before_is_answered_when_it_is_filed(world: World):
    dose = entered(world)

    case = missing(world)

    assert pairs() == [(case.pk, dose.pk)]


def test_to_close_it_accepts_the_case_changes_no_dose_and_tells_its_citizen(world: World):
    case, dose = missing(world), entered(world)

    closed = by_record.accept_as_recorded(case, by=world.user("minh"))

    assert (closed.status, closed.dose, closed.decided_by) == ("accepted", dose, world.user("minh"))
    assert closed.decided == closed.proposed
    dose.refresh_from_db()
    assert dose.revision == 1
    event = closed.events.get(step="accept")
    assert (event.data["basis"], event.data["dose"]) == ("on_record", str(dose.public_id))
    outbox.do(OutboxRow.objects.get(event=event).pk)
    assert "nay sổ tiêm đã ghi đúng như vậy" in Message.objects.latest("pk").text
    assert pairs() == []


def to_a_second_person(case: Correction, world: World) -> None:
    Policy.objects.create(version=2, four_eyes=[], second_look_percent=100, made_at=db_time.now())


def changed_again(case: Correction, world: World) -> None:
    with transaction.atomic():
        # As in the moment before the pair is found anew.
        kept = AnsweredCase.objects.get()
        revise(kept.dose, changes={"ordinal": 1}, by=None, why="Sổ giấy")
        AnsweredCase.objects.create(correction=case, dose=kept.dose, found_at=db_time.now())


def taken_by_a_colleague(case: Correction, world: World) -> None:
    actions.pick_up(case, by=cases.colleague(world))


def withdrawn(case: Correction, world: World) -> None:
    actions.withdraw(case, by=world.user("lan"))


def family_of_minh(case: Correction, world: World) -> None:
    worlds.RecordLink.objects.create(
        user=world.user("minh"),
        citizen=case.citizen,
        relation="self",
        proven_by="staff",
        since=db_time.now(),
    )


@pytest.mark.parametrize(
    ("happened", "obstacle"),
    [
        (to_a_second_person, Obstacle.SECOND),
        (changed_again, Obstacle.GONE),
        (taken_by_a_colleague, Obstacle.COLLEAGUE),
        (withdrawn, Obstacle.GONE),
        (family_of_minh, Obstacle.FAMILY),
    ],
)
def test_what_cannot_be_closed_from_the_list_stays_open_and_says_why(
    world: World, happened: Callable[[Correction, World], None], obstacle: Obstacle
):
    case = missing(world)
    entered(world)
    happened(case, world)

    with pytest.raises(NotClosed) as refused:
        by_record.accept_as_recorded(case, by=world.user("minh"))

    assert refused.value.obstacle == obstacle
    assert not CorrectionEvent.objects.filter(step="accept").exists()


def test_a_second_person_is_whoever_did_not_enter_the_dose(world: World):
    case = missing(world)
    entered(world)
    to_a_second_person(case, world)

    closed = by_record.accept_as_recorded(case, by=cases.colleague(world))

    assert closed.status == "accepted"


def test_on_its_own_page_the_case_gets_the_dose_that_stands_there(world: World):
    case, dose = missing(world), entered(world)

    decided = actions.accept(case, by=world.user("minh"), own_papers=True)

    assert (decided.dose, Dose.objects.count()) == (dose, 1)


def test_all_are_closed_by_the_sweep_but_those_that_cannot_be(world: World):
    filed = cases.file_many(world, 2)
    for case, given in zip(filed, ("2021-11-21", "2021-11-21"), strict=True):
        Correction.objects.filter(pk=case.pk).update(
            proposed={"vaccine": "PF", "given_on": given}, site_text=""
        )
        record(
            citizen=case.citizen,
            vaccine=world.pfizer,
            given_on=DAY,
            organization=world.buoi,
            provenance=Dose.Provenance.BACK_ENTRY,
            by=None,
        )
    second = actions.pick_up(filed[1], by=cases.colleague(world))

    asked = by_record.ask_to_close(Correction.objects.all(), by=world.user("minh"))
    again = by_record.ask_to_close(Correction.objects.all(), by=world.user("minh"))
    swept = sweep.sweep()

    assert (asked, again, swept.answered) == (2, 0, 1)
    left = AnsweredCase.objects.get()
    assert (left.correction, left.refused, left.asked_at) == (second, "colleague", None)
    assert CorrectionEvent.objects.filter(step="accept").count() == 1
