"""Desks where nobody decides: new cases pass them by, and those that lie there follow."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from corrections import actions, outbox
from corrections.lifecycle import Status
from corrections.models import Correction, Holding, OutboxRow
from corrections.routing import unattended
from corrections.routing.desks import stand_ins
from messaging.models import Message
from organizations.models import Membership, Organization
from tests.cases import file_one, make_overdue
from tests.factories.citizens import RecordLinkFactory
from tests.reporting.caseload import write_case
from tests.world import LONG_AGO, World
from vaxreg import db_time

HOUR = timedelta(hours=1)


def nobody_decides_at(world: World, *names: str, since: timedelta = 2 * HOUR) -> None:
    """Let everybody who decides at these desks have left some time ago."""
    for name in names:
        desk = getattr(world, name)
        Membership.objects.filter(organization=desk).update(until=db_time.now() - since)


def held_by(case: Correction) -> Organization | None:
    return Correction.objects.get(pk=case.pk).holder


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        ([], "buoi"),
        (["buoi"], "tay_ho"),
        (["buoi", "tay_ho"], "so_y_te"),
        (["buoi", "tay_ho", "so_y_te"], "hotline"),
    ],
)
def test_a_new_case_goes_to_the_next_one_up_that_has_somebody(
    world: World, idle: list[str], expected: str
):
    nobody_decides_at(world, *idle)

    case = file_one(world)

    assert case.holder == getattr(world, expected)


def test_a_case_without_a_site_goes_to_the_pool_of_the_next_one_up(world: World):
    nobody_decides_at(world, "tay_ho")

    case = file_one(world, named_area=world.areas["tay_ho"], proposed={"position": "primary-2"})

    assert case.holder == world.so_y_te
    assert case.triage_due_at is not None


def test_an_appeal_passes_by_a_level_where_nobody_decides(world: World):
    case = file_one(world)
    actions.pick_up(case, by=world.user("minh"))
    actions.refuse(case, by=world.user("minh"), ground="photo_blurred", remark="Ảnh mờ")
    nobody_decides_at(world, "tay_ho")

    appealed = actions.appeal(case, by=world.user("lan"), words="Trên giấy ghi Pfizer")

    assert appealed.holder == world.so_y_te


def test_everybody_else_is_told_who_stands_in_with_one_set_of_questions(
    world: World, django_assert_max_num_queries
):
    nobody_decides_at(world, "buoi")
    places = [world.buoi, world.quang_an, world.lang_thuong, world.hospital]

    with django_assert_max_num_queries(3):
        found = stand_ins(places)

    assert found == {
        world.buoi.pk: world.tay_ho,
        world.quang_an.pk: world.tay_ho,
        world.lang_thuong.pk: world.lang_thuong,
        world.hospital.pk: world.so_y_te,
    }


def test_a_closed_organization_is_stood_in_for_by_who_succeeded_it(world: World):
    Organization.objects.filter(pk=world.quang_an.pk).update(
        closed_on="2026-01-01", successor=world.buoi
    )
    world.quang_an.refresh_from_db()

    assert stand_ins([world.quang_an]) == {world.quang_an.pk: world.buoi}


def test_what_lies_on_a_desk_follows_when_its_last_reviewer_has_left(world: World):
    case = file_one(world)
    due_at = case.due_at
    nobody_decides_at(world, "buoi")

    handed = unattended.hand_over_all()

    case.refresh_from_db()
    assert handed == 1
    assert case.holder == world.tay_ho
    assert case.due_at == due_at
    assert "no staff to review at present" in case.routing_reason["en"]
    assert [one.organization for one in Holding.objects.filter(correction=case)] == [
        world.buoi,
        world.tay_ho,
    ]
    assert case.events.filter(step="inherit").count() == 1


def test_the_new_desk_reads_why_in_one_email(world: World, django_capture_on_commit_callbacks):
    for number in range(3):
        write_case(world, world.buoi, db_time.now() - number * HOUR)
    nobody_decides_at(world, "buoi")

    with django_capture_on_commit_callbacks(execute=True):
        unattended.hand_over_all()
    for errand in OutboxRow.objects.filter(event__step="inherit"):
        outbox.do(errand.pk)

    [message] = Message.objects.filter(purpose="correction.inherit")
    assert message.user == world.user("huong")
    assert "3" in message.subject
    assert message.text.count(world.buoi.name) == 1


def test_whoever_is_replaced_within_the_hour_finds_the_queue_as_it_was(world: World):
    case = file_one(world)
    nobody_decides_at(world, "buoi", since=HOUR / 2)

    handed = unattended.hand_over_all()

    assert handed == 0
    assert held_by(case) == world.buoi


def test_a_desk_whose_only_reviewer_is_suspended_is_given_an_hour_too(world: World):
    case = file_one(world)
    Membership.objects.filter(organization=world.buoi).update(suspended_at=db_time.now() - HOUR / 2)
    within_the_hour = unattended.hand_over_all()

    with db_time.at(db_time.now() + HOUR):
        later = unattended.hand_over_all()

    assert (within_the_hour, later) == (0, 1)
    assert held_by(case) == world.tay_ho


def test_a_claim_is_given_back_and_a_question_to_the_citizen_stays_asked(world: World):
    asked = write_case(world, world.buoi, db_time.now() - 5 * HOUR)
    picked_up = write_case(world, world.buoi, db_time.now() - 5 * HOUR)
    actions.ask(asked, by=world.user("minh"), question="Lô nào?")
    actions.pick_up(picked_up, by=world.user("minh"))
    nobody_decides_at(world, "buoi")

    unattended.hand_over_all()

    asked.refresh_from_db()
    picked_up.refresh_from_db()
    assert (asked.status, picked_up.status) == (Status.WAITING, Status.QUEUED)
    assert asked.holder == picked_up.holder == world.tay_ho


def test_an_appeal_never_goes_to_who_decided_first(world: World):
    case = file_one(world)
    actions.pick_up(case, by=world.user("minh"))
    actions.refuse(case, by=world.user("minh"), ground="photo_blurred", remark="Ảnh mờ")
    actions.appeal(case, by=world.user("lan"), words="Trên giấy ghi Pfizer")
    assert held_by(case) == world.tay_ho
    nobody_decides_at(world, "tay_ho")

    unattended.hand_over_all()

    assert held_by(case) == world.so_y_te


def test_the_breach_stays_with_the_desk_that_let_the_deadline_pass(world: World):
    case = make_overdue(file_one(world))
    nobody_decides_at(world, "buoi")

    unattended.hand_over_all()

    assert [breach.holder for breach in case.breaches.filter(rung="due")] == [world.buoi]


def test_a_desk_with_somebody_keeps_its_cases(world: World):
    case = file_one(world)

    handed = unattended.hand_over_all()

    assert handed == 0
    assert held_by(case) == world.buoi


def test_nobody_at_all_leaves_the_cases_where_they_are(world: World):
    case = file_one(world)
    User.objects.filter(memberships__isnull=False).update(is_active=False)

    handed = unattended.hand_over_all()

    assert handed == 0
    assert held_by(case) == world.buoi


def test_whoever_gets_a_stranded_case_of_the_own_family_cannot_decide_it(world: World):
    case = file_one(world)
    RecordLinkFactory.create(
        relative=True,
        user=world.user("huong"),
        citizen=case.citizen,
        since=db_time.now() - LONG_AGO,
    )
    nobody_decides_at(world, "buoi")

    unattended.hand_over_all()

    assert held_by(case) == world.tay_ho
    with pytest.raises(PermissionDenied):
        actions.pick_up(Correction.objects.get(pk=case.pk), by=world.user("huong"))
