"""Silence is loud: which organizations are listed, why, and from when on."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from citizens.models import RecordVisit
from corrections import actions
from messaging.models import Message
from organizations.models import Membership, Organization
from organizations.scope import Scope, scope_of
from oversight import silence
from oversight.models import Silence
from oversight.silence import Reason
from tests.cases import file_one
from tests.reporting.caseload import write_case
from tests.world import LONG_AGO, World
from vaxreg import db_time

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def staffed(world: World) -> World:
    """The small country: every desk of Tây Hồ has somebody, who was there this morning."""
    nurse = User.objects.create_user(email="thu@example.vn", full_name="Thu")
    Membership.objects.create(
        user=nurse, organization=world.quang_an, role="reviewer", since=db_time.now() - LONG_AGO
    )
    world.users["thu"] = nurse
    User.objects.update(last_login=db_time.now() - HOUR)
    return world


def found(world: World, organization: Organization, at: datetime | None = None) -> set[str]:
    """Return the reasons for which a desk is listed."""
    flags = silence.find(silence.within(Scope((world.ministry,))), at or db_time.now())
    return {flag.reason for flag in flags if flag.organization_id == organization.pk}


def test_a_district_in_which_everybody_answers_is_empty(staffed: World):
    write_case(staffed, staffed.buoi, db_time.now() - HOUR)

    summary = silence.summary(Scope((staffed.tay_ho,)), db_time.now())

    assert summary.organizations == 0
    assert set(summary.counts.values()) == {0}


def test_a_desk_without_anybody_who_decides_is_listed_since_the_last_one_left(staffed: World):
    left = db_time.now() - 2 * DAY
    staffed.user("thu").memberships.update(until=left)

    [flag] = silence.find(silence.within(Scope((staffed.tay_ho,))), db_time.now())

    assert (flag.organization_id, flag.reason) == (staffed.quang_an.pk, Reason.NO_REVIEWER)
    assert flag.since == left


def test_a_desk_whose_only_reviewer_was_suspended_is_listed(staffed: World):
    User.objects.filter(pk=staffed.user("thu").pk).update(is_active=False)

    assert found(staffed, staffed.quang_an) == {Reason.NO_REVIEWER}


def test_a_closed_desk_is_listed_only_while_cases_lie_on_it(staffed: World):
    staffed.user("thu").memberships.update(until=db_time.now())
    Organization.objects.filter(pk=staffed.quang_an.pk).update(closed_on="2026-01-01")

    empty = found(staffed, staffed.quang_an)
    write_case(staffed, staffed.quang_an, db_time.now() - HOUR)

    assert empty == set()
    assert found(staffed, staffed.quang_an) == {Reason.CLOSED}


@pytest.mark.parametrize(("days", "is_listed"), [(6, False), (8, True), (None, True)])
def test_a_desk_where_nobody_signed_in_for_a_week_is_listed(
    staffed: World, days: int | None, is_listed: bool
):
    last = db_time.now() - timedelta(days=days) if days else None
    User.objects.filter(pk=staffed.user("thu").pk).update(last_login=last)

    assert (Reason.NO_SIGN_IN in found(staffed, staffed.quang_an)) is is_listed


def test_whoever_was_appointed_this_week_need_not_have_signed_in(staffed: World):
    User.objects.filter(pk=staffed.user("thu").pk).update(last_login=None)
    staffed.user("thu").memberships.update(since=db_time.now() - DAY)

    assert found(staffed, staffed.quang_an) == set()


def test_one_of_two_who_signs_in_is_enough(staffed: World):
    Membership.objects.create(
        user=User.objects.create_user(email="an@example.vn"),
        organization=staffed.quang_an,
        role="lead",
        since=db_time.now() - LONG_AGO,
    )

    assert found(staffed, staffed.quang_an) == set()


def test_a_case_that_waits_three_days_without_any_decision_makes_its_desk_silent(staffed: World):
    write_case(staffed, staffed.buoi, db_time.now() - 73 * HOUR)
    write_case(staffed, staffed.quang_an, db_time.now() - 71 * HOUR)

    assert Reason.NO_DECISION in found(staffed, staffed.buoi)
    assert Reason.NO_DECISION not in found(staffed, staffed.quang_an)


def test_a_desk_that_decided_something_lately_is_not_silent(staffed: World):
    write_case(staffed, staffed.buoi, db_time.now() - 100 * HOUR)
    write_case(
        staffed, staffed.buoi, db_time.now() - 60 * HOUR, decided_at=db_time.now() - 50 * HOUR
    )

    assert Reason.NO_DECISION not in found(staffed, staffed.buoi)


def test_a_missed_deadline_counts_though_the_case_was_taken_away(staffed: World):
    case = write_case(staffed, staffed.buoi, db_time.now() - 60 * HOUR)
    actions.reassign(case, by=staffed.user("huong"), to=staffed.quang_an, reason="Quá tải")

    assert Reason.NO_DECISION in found(staffed, staffed.buoi)
    assert Reason.NO_DECISION not in found(staffed, staffed.quang_an)


def test_a_case_that_waits_for_the_citizen_makes_nobody_silent(staffed: World):
    case = write_case(staffed, staffed.buoi, db_time.now() - 5 * HOUR)
    actions.ask(case, by=staffed.user("minh"), question="Lô nào?")
    with db_time.at(db_time.now() + 20 * HOUR):
        later = db_time.now()
        User.objects.update(last_login=later)

        assert found(staffed, staffed.buoi, later) == set()


def test_a_case_that_nobody_opened_for_a_day_makes_its_desk_silent(staffed: World):
    write_case(staffed, staffed.buoi, db_time.now() - 25 * HOUR)
    write_case(staffed, staffed.quang_an, db_time.now() - 23 * HOUR)

    assert found(staffed, staffed.buoi) == {Reason.UNREAD}
    assert found(staffed, staffed.quang_an) == set()


def test_opening_the_case_breaks_the_silence_and_so_does_opening_another(staffed: World):
    case = write_case(staffed, staffed.buoi, db_time.now() - 25 * HOUR)
    newer = write_case(staffed, staffed.buoi, db_time.now() - 2 * HOUR)
    silent = found(staffed, staffed.buoi)

    RecordVisit.objects.create(
        user=staffed.user("minh"),
        citizen=newer.citizen,
        organization=staffed.buoi,
        why="review",
        at=db_time.now() - HOUR,
    )

    assert case.citizen != newer.citizen
    assert silent == {Reason.UNREAD}
    assert found(staffed, staffed.buoi) == set()


def test_the_visit_of_an_officer_does_not_break_the_silence_of_the_desk(staffed: World):
    case = write_case(staffed, staffed.buoi, db_time.now() - 25 * HOUR)

    RecordVisit.objects.create(
        user=staffed.user("huong"),
        citizen=case.citizen,
        organization=staffed.tay_ho,
        why="oversight",
        at=db_time.now(),
    )

    assert found(staffed, staffed.buoi) == {Reason.UNREAD}


def test_a_case_handed_over_today_leaves_its_new_desk_a_day(staffed: World):
    case = write_case(staffed, staffed.buoi, db_time.now() - 100 * HOUR)

    actions.reassign(case, by=staffed.user("huong"), to=staffed.quang_an, reason="Quá tải")

    assert found(staffed, staffed.quang_an) == set()


def bounce(user: User, at: datetime, **changed: object) -> Message:
    values = {
        "user": user,
        "recipient": user.email,
        "channel": "email",
        "purpose": "correction.remind",
        "state": "given_up",
        "given_up_at": at,
        "created_at": at,
    }
    return Message.objects.create(**(values | changed))


def test_a_desk_whose_mail_bounces_is_listed_until_an_email_arrives(staffed: World):
    bounce(staffed.user("thu"), db_time.now() - DAY)
    bouncing = found(staffed, staffed.quang_an)
    bounce(
        staffed.user("thu"),
        db_time.now(),
        state="sent",
        given_up_at=None,
        sent_at=db_time.now(),
        accepted_at=db_time.now(),
    )

    assert bouncing == {Reason.BOUNCING}
    assert found(staffed, staffed.quang_an) == set()


def test_an_sms_or_an_old_email_that_was_given_up_lists_nobody(staffed: World):
    bounce(staffed.user("thu"), db_time.now() - 8 * DAY)
    bounce(staffed.user("thu"), db_time.now(), channel="sms", recipient="+84912000000")

    assert found(staffed, staffed.quang_an) == set()


def test_an_email_that_fails_again_and_again_counts_before_it_is_given_up(staffed: World):
    bounce(staffed.user("thu"), db_time.now(), state="failed", given_up_at=None, tries=4)

    assert found(staffed, staffed.quang_an) == {Reason.BOUNCING}


def test_the_job_keeps_for_a_province_what_is_found_live_in_its_districts(staffed: World):
    write_case(staffed, staffed.buoi, db_time.now() - 100 * HOUR)
    bounce(staffed.user("tuan"), db_time.now())
    silence.refresh()
    scope = scope_of(staffed.user("phuc"))
    assert scope is not None

    kept = {(one.organization_id, one.reason) for one in silence.kept_flags(scope)}
    live = {
        (flag.organization_id, flag.reason)
        for flag in silence.find(silence.within(scope), db_time.now())
    }
    summary = silence.summary(scope, db_time.now())

    assert kept == live
    assert (staffed.buoi.pk, Reason.UNREAD) in kept
    assert summary.counts[Reason.BOUNCING] == 1
    silent = {organization for organization, reason in kept if reason != Reason.NOT_INVITED}
    assert summary.organizations == len(silent)
    assert summary.uninvited == 1
    assert not summary.is_stale(db_time.now())
    assert summary.is_stale(db_time.now() + HOUR)


def test_the_job_forgets_who_answers_and_remembers_since_when_others_do_not(staffed: World):
    case = write_case(staffed, staffed.buoi, db_time.now() - 30 * HOUR)
    silence.refresh()
    noticed = Silence.objects.get(organization=staffed.buoi, reason=Reason.UNREAD).noticed_at

    silence.refresh()
    same = Silence.objects.get(organization=staffed.buoi, reason=Reason.UNREAD).noticed_at
    actions.pick_up(case, by=staffed.user("minh"))
    silence.refresh()

    assert same == noticed
    assert not Silence.objects.filter(organization=staffed.buoi).exists()


@pytest.mark.parametrize("who", ["huong", "phuc"])
def test_the_number_of_queries_does_not_depend_on_how_many_are_silent(staffed: World, who: str):
    scope = scope_of(staffed.user(who))
    assert scope is not None
    silence.refresh()
    with CaptureQueriesContext(connection) as few:
        silence.summary(scope, db_time.now())
    for _case in range(5):
        write_case(staffed, staffed.buoi, db_time.now() - 100 * HOUR)
        write_case(staffed, staffed.quang_an, db_time.now() - 100 * HOUR)
    bounce(staffed.user("thu"), db_time.now())
    silence.refresh()

    with CaptureQueriesContext(connection) as many:
        silence.summary(scope, db_time.now())

    assert len(many) <= len(few) + 1


def test_nobody_signs_in_for_a_case_that_routing_gives_to_the_level_above(world: World):
    case = file_one(world, named_site=world.quang_an, proposed={"position": "primary-2"})

    assert case.holder == world.tay_ho
