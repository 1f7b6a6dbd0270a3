"""The ministry's pages of the rules: preview first, confirm, and a record of every change."""

import random
from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from administration.rules_preview import preview
from corrections import actions, sweep
from corrections.clocks import policies, recompute
from corrections.clocks.recompute import RuleChange
from corrections.models import Clock, ClockChange, Correction, DayOff, Policy, RecomputeRun
from organizations.models import Membership
from tests.cases import file_one
from tests.conftest import SignIn
from tests.corrections.rules import MONDAY, change, filed_at, many, rules
from tests.world import LONG_AGO, World
from vaxreg import db_time

NUMBERS = {
    "review_hours": 48,
    "appeal_hours": 48,
    "statutory_working_days": 2,
    "pause_cap_days": 7,
    "triage_hours": 4,
    "far_date_days": 30,
    "second_look_percent": 0,
}


@pytest.fixture
def ministry(world: World, as_staff: SignIn) -> Client:
    """Phúc moved up to the ministry."""
    phuc = world.user("phuc")
    Membership.objects.create(
        user=phuc,
        organization=world.ministry,
        role=Membership.Role.OFFICER,
        since=db_time.now() - LONG_AGO,
    )
    return as_staff(phuc)


def typed(**changed: object) -> dict[str, object]:
    return {**NUMBERS, "note": "Công văn 1234/BYT", "instead_of": 1, **changed}


def test_a_preview_shows_what_would_move_and_stores_nothing(
    world: World, ministry: Client, correction: Correction
):
    page = ministry.post("/policy/rules/", typed(review_hours=72))

    assert page.status_code == 200
    assert page.context["preview"].corrections == 1
    assert correction.reference in page.content.decode()
    assert policies.current().version == 1
    assert not RecomputeRun.objects.exists()


def test_confirmed_the_rules_are_in_force_and_open_cases_follow(
    world: World,
    ministry: Client,
    correction: Correction,
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = ministry.post("/policy/rules/", typed(review_hours=72, confirmed=1))

    assert answer.headers["Location"] == "/policy/"
    correction.refresh_from_db()
    assert correction.due_at == correction.received_at + timedelta(hours=72)
    policy = policies.current()
    assert (policy.version, policy.review_hours) == (2, 72)
    assert (policy.note, policy.made_by) == ("Công văn 1234/BYT", world.user("phuc"))
    page = ministry.get("/policy/").content.decode()
    assert "Công văn 1234/BYT" in page
    assert "Hoàng Hồng Phúc" in page


def test_a_second_press_puts_nothing_into_force(ministry: Client):
    ministry.post("/policy/rules/", typed(review_hours=72, confirmed=1))

    again = ministry.post("/policy/rules/", typed(review_hours=60, confirmed=1))

    assert again.status_code == 409
    assert policies.current().review_hours == 72


@pytest.mark.parametrize(
    "wrong", [{}, {"review_hours": 0}, {"review_hours": "x"}, {"review_hours": 72, "note": ""}]
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    ministry: Client, wrong: dict[str, object]
):
    page = ministry.post("/policy/rules/", typed(**wrong))

    assert page.status_code == 422
    assert page.context["form"].errors
    assert Policy.objects.count() == 1


def test_back_to_the_form_keeps_what_was_typed(ministry: Client):
    page = ministry.post("/policy/rules/", typed(review_hours=72, edit=1))

    assert page.status_code == 200
    assert page.context["form"]["review_hours"].value() == "72"


def test_a_day_off_is_previewed_and_then_moves_the_statutory_clock(world: World, ministry: Client):
    case = filed_at(world, MONDAY)
    day = {"day": "13/10/2026", "how": "off", "name": "Nghỉ bão"}

    with db_time.at(MONDAY + timedelta(hours=1)):
        seen = ministry.post("/policy/days/", day).context["preview"]
        assert not DayOff.objects.exists()
        ministry.post("/policy/days/", {**day, "confirmed": 1})
        recompute.resume_newest()

    moved = ClockChange.objects.get()
    assert seen.corrections == 1
    assert [one.new_due_at for one in seen.first] == [moved.new_due_at]
    assert moved.clock.correction == case
    assert DayOff.objects.get().made_by == world.user("phuc")


def test_a_day_that_counts_so_already_is_refused(ministry: Client):
    with db_time.at(MONDAY):
        sunday = ministry.post("/policy/days/", {"day": "18/10/2026", "how": "off", "name": "x"})
        slip = ministry.post("/policy/days/", {"day": "18/10/2036", "how": "off", "name": "x"})

    assert (sunday.status_code, slip.status_code) == (422, 422)


SWAP = {"day": "16/10/2026", "how": "swapped", "instead": "24/10/2026", "name": "Thông báo 6/TB"}


def test_both_halves_of_a_swap_are_previewed_stored_and_shown(world: World, ministry: Client):
    filed_at(world, MONDAY + timedelta(days=3))
    with db_time.at(MONDAY + timedelta(days=3, hours=1)):
        page = ministry.post("/policy/days/", SWAP)
        seen = page.context["preview"]
        assert [row[0] for row in page.context["differences"]] == ["16/10/2026", "24/10/2026"]
        assert not DayOff.objects.exists()
        answer = ministry.post("/policy/days/", {**SWAP, "confirmed": 1}, follow=True)
        recompute.resume_newest()

    moved = ClockChange.objects.get()
    assert [one.new_due_at for one in seen.first] == [moved.new_due_at]
    assert {one.day: one.is_working for one in DayOff.objects.all()} == {
        date(2026, 10, 16): False,
        date(2026, 10, 24): True,
    }
    shown = {one.day: one.swapped_with for one in answer.context["days"]}
    assert shown[date(2026, 10, 24)] == date(2026, 10, 16)
    history = answer.content.decode().split('id="history"')[1]
    assert "16/10/2026" in history
    assert "24/10/2026" in history


@pytest.mark.parametrize(
    ("typed_day", "field"),
    [
        ({**SWAP, "instead": ""}, "instead"),
        ({**SWAP, "instead": "16/10/2026"}, "instead"),
        # Thursday is a working day anyway, Sunday is off anyway.
        ({**SWAP, "instead": "22/10/2026"}, "instead"),
        ({**SWAP, "day": "18/10/2026"}, "day"),
        ({**SWAP, "instead": "24/10/2036"}, "instead"),
        ({**SWAP, "instead": "Thứ Bảy"}, "instead"),
        ({**SWAP, "how": "off"}, "instead"),
        ({**SWAP, "how": "worked", "instead": "", "day": "24/10/2026"}, "day"),
    ],
)
def test_half_a_swap_is_refused_beside_its_field(ministry: Client, typed_day, field):
    with db_time.at(MONDAY):
        page = ministry.post("/policy/days/", {**typed_day, "confirmed": 1})

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"]["day"].value() == typed_day["day"]
    assert not DayOff.objects.exists()


def test_a_half_of_a_swap_is_not_swapped_a_second_time(ministry: Client):
    with db_time.at(MONDAY):
        ministry.post("/policy/days/", {**SWAP, "confirmed": 1})
        again = ministry.post("/policy/days/", {**SWAP, "instead": "31/10/2026"})
        other = ministry.post("/policy/days/", {**SWAP, "day": "19/10/2026"})

    assert list(again.context["form"].errors) == ["day"]
    assert list(other.context["form"].errors) == ["instead"]


def test_a_half_that_was_entered_alone_becomes_half_of_a_swap(world: World, ministry: Client):
    DayOff.objects.create(day=date(2026, 10, 16), name="Nghỉ", made_at=db_time.now())

    with db_time.at(MONDAY):
        ministry.post("/policy/days/", {**SWAP, "confirmed": 1})

    assert DayOff.objects.get(day=date(2026, 10, 16)).swapped_with == date(2026, 10, 24)
    assert DayOff.objects.get(day=date(2026, 10, 24)).is_working


def test_undoing_a_swap_shows_and_changes_both_days(ministry: Client):
    back = {"day": "16/10/2026", "how": "worked", "name": "Thôi hoán đổi"}
    with db_time.at(MONDAY):
        ministry.post("/policy/days/", {**SWAP, "confirmed": 1})
        page = ministry.post("/policy/days/", back)
        ministry.post("/policy/days/", {**back, "confirmed": 1})

    assert [row[0] for row in page.context["differences"]] == ["16/10/2026", "24/10/2026"]
    assert {one.day: one.is_working for one in DayOff.objects.all()} == {
        date(2026, 10, 16): True,
        date(2026, 10, 24): False,
    }


def test_progress_is_shown_while_clocks_follow(ministry: Client, correction: Correction):
    ministry.post("/policy/rules/", typed(review_hours=72, confirmed=1))

    page = ministry.get("/policy/").content.decode()

    assert "<progress" in page
    assert "every 2s" in page


def test_a_superuser_may_change_the_rules(world: World, as_staff: SignIn):
    mai = world.user("mai")
    mai.is_superuser = True
    mai.save()

    assert as_staff(mai).get("/policy/").status_code == 200


def test_the_report_of_the_ministry_leads_to_the_rules_and_others_do_not(
    world: World, ministry: Client, as_staff: SignIn
):
    link = 'href="/policy/"'

    assert link in ministry.get("/oversight/").content.decode()
    assert link not in as_staff(world.user("huong")).get("/oversight/").content.decode()


def test_an_officer_of_the_ministry_who_left_may_not(world: World, ministry: Client):
    Membership.objects.filter(organization=world.ministry).update(until=db_time.now())

    assert ministry.get("/policy/").status_code == 403


def lateness(now: datetime) -> dict[int, tuple[bool, bool]]:
    """For each open clock: is it late, is it due within 12 hours."""
    found = {}
    for one in Clock.objects.filter(stopped_at=None).prefetch_related("pauses"):
        runs = all(p.until for p in one.pauses.all())
        late = runs and one.due_at < now
        soon = runs and now <= one.due_at < now + timedelta(hours=12)
        found[one.pk] = (late, soon)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_preview_equals_what_then_happens(world: World, seed: int):
    chance = random.Random(seed)
    minh = world.user("minh")
    for case in many(world, 6):
        with db_time.at(MONDAY + timedelta(hours=chance.uniform(1, 40))):
            act = chance.choice(["nothing", "nothing", "ask", "accept", "keep"])
            if act == "ask":
                actions.ask(case, by=minh, question="Lô nào ạ?")
            if act == "accept":
                actions.accept(case, by=minh)
            if act == "keep":
                actions.keep(case, by=minh, remark="Chờ")
    file_one(world, whose="binh", key="routed", routed=False)
    now = MONDAY + timedelta(hours=chance.uniform(20, 70))
    numbers = {
        "review_hours": chance.choice([12, 36, 48, 72]),
        "statutory_working_days": chance.randint(1, 4),
        "pause_cap_days": chance.choice([3, 7]),
    }
    with db_time.at(now):
        sweep.sweep()
        seen = preview(RuleChange(rules(**numbers)))
        due = dict(Clock.objects.values_list("pk", "due_at"))
        before = lateness(now)

        run = change(world, **numbers)

    after = lateness(now)
    moved = [one for one in Clock.objects.all() if one.due_at != due[one.pk]]
    assert seen.corrections == len({one.correction_id for one in moved})
    assert seen.concerned == run.done == ClockChange.objects.count()
    assert sum(moves.moved for moves in seen.by_kind.values()) == len(moved)
    assert {one.clock.pk: one.new_due_at for one in seen.first} == {
        one.pk: one.due_at for one in moved
    }
    for kind, moves in seen.by_kind.items():
        mine = [one.pk for one in Clock.objects.filter(kind=kind, stopped_at=None)]
        assert moves.get_overdue == sum(after[pk][0] and not before[pk][0] for pk in mine)
        assert moves.no_longer_overdue == sum(before[pk][0] and not after[pk][0] for pk in mine)
        assert moves.get_soon == sum(after[pk][1] and not before[pk][1] for pk in mine)
        assert moves.no_longer_soon == sum(before[pk][1] and not after[pk][1] for pk in mine)
        shifts = [one.due_at - due[one.pk] for one in moved if one.kind == kind]
        assert (moves.least, moves.most) == (
            min(shifts, default=None),
            max(shifts, default=None),
        )
    assert sum(place.corrections for place in seen.places) == seen.corrections


def test_the_figures_of_a_preview_stand_by_province(world: World):
    filed_at(world, MONDAY)

    with db_time.at(MONDAY + timedelta(hours=30)):
        seen = preview(RuleChange(rules(review_hours=24)))

    place = seen.places[0]
    assert (place.province, place.corrections) == (world.so_y_te, 1)
    assert place.answers.get_overdue == seen.answers.get_overdue == 1
    assert seen.first[0].gets_overdue


def test_a_holiday_of_the_law_stands_in_the_calendar(ministry: Client):
    with db_time.at(MONDAY):
        days = ministry.get("/policy/").context["days"]

    assert date(2027, 1, 1) in [one.day for one in days]
