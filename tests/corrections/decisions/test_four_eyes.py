"""When a second person confirms, who may be it, and that nothing changes before."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from corrections import actions
from corrections.actions import SamePerson
from corrections.decisions import four_eyes
from corrections.decisions.four_eyes import SWITCHED, Reason
from corrections.lifecycle import Status
from corrections.models import Kind, Policy
from doses.models import Dose
from tests import world as worlds
from tests.cases import colleague, file_one
from tests.factories.accounts import staff_user
from tests.world import World
from vaxreg import db_time

EVERY = [reason.value for reason in Reason]


@pytest.mark.parametrize(
    ("kind", "changes", "own_papers", "is_far", "expected"),
    [
        (Kind.MISSING_DOSE, {"lot": "A1"}, False, False, [Reason.DOSE_ON_PHOTO_ALONE]),
        (Kind.MISSING_DOSE, {"lot": "A1"}, True, False, []),
        (Kind.MISSING_DOSE, {"given_on": "2021-08-01"}, True, True, [Reason.FAR_DATE]),
        (Kind.NEVER_GIVEN, {}, True, False, [Reason.DOSE_ENTERED_IN_ERROR]),
        (Kind.NOT_MINE, {}, False, False, [Reason.DOSE_ENTERED_IN_ERROR]),
        (Kind.DUPLICATE, {}, False, False, [Reason.DOSE_ENTERED_IN_ERROR]),
        (Kind.IDENTITY, {"id_number": "001188012345"}, False, False, [Reason.ID_NUMBER]),
        (Kind.IDENTITY, {"full_name": "Nguyễn Thị Lan"}, False, False, []),
        (Kind.WRONG_FIELDS, {"vaccine": "PF"}, False, False, []),
        (Kind.WRONG_FIELDS, {"given_on": "2021-09-02"}, False, False, []),
        (Kind.WRONG_FIELDS, {"given_on": "2021-09-02"}, False, True, [Reason.FAR_DATE]),
    ],
)
def test_which_decisions_need_a_second_person(kind, changes, own_papers, is_far, expected):
    found = four_eyes.reasons(
        kind,
        changes,
        own_papers=own_papers,
        is_far=is_far,
        asked_by_policy=EVERY,
    )

    assert found == expected


@pytest.mark.parametrize("reason", [one.value for one in SWITCHED])
def test_a_reason_that_the_policy_does_not_name_asks_for_nobody(reason: str):
    found = four_eyes.reasons(
        Kind.MISSING_DOSE,
        {"given_on": "2021-03-09", "id_number": "1"},
        own_papers=False,
        is_far=True,
        asked_by_policy=[reason],
    )

    assert set(found) <= {Reason(reason)}


@pytest.fixture
def put_forward(world: World):
    """Minh has accepted a missing dose on a photo alone; it waits for somebody else."""
    Policy.objects.create(version=2, four_eyes=EVERY, second_look_percent=0, made_at=db_time.now())
    case = file_one(
        world,
        proposed={"position": "primary-2", "given_on": "2021-11-21", "vaccine": "PF"},
        named_site=world.buoi,
    )
    values = {**case.proposed, "organization": str(world.buoi.public_id)}
    return actions.accept(case, by=world.user("minh"), values=values, remark="Theo ảnh")


def test_until_a_second_person_confirms_nothing_is_recorded(put_forward):
    assert put_forward.status == Status.TO_COUNTERSIGN
    assert put_forward.pending["reasons"] == ["dose_on_photo_alone", "far_date"]
    assert not Dose.objects.exists()


def test_a_colleague_confirms_and_the_dose_is_recorded(world: World, put_forward):
    case = actions.countersign(put_forward, by=colleague(world))

    assert case.status == Status.ACCEPTED
    assert case.dose.vaccine == world.pfizer
    assert case.first_by is None
    assert case.remark == "Theo ảnh"


def test_the_district_confirms_where_nobody_else_works(world: World, put_forward):
    case = actions.countersign(put_forward, by=world.user("huong"))

    assert case.status == Status.ACCEPTED
    assert case.decided_by == world.user("huong")


@pytest.mark.parametrize("verb", ["countersign", "hand_back"])
def test_the_first_person_is_never_the_second(world: World, put_forward, verb: str):
    words = {"reason": "x"} if verb == "hand_back" else {}

    with pytest.raises(SamePerson):
        getattr(actions, verb)(put_forward, by=world.user("minh"), **words)


@pytest.mark.parametrize("who", ["tuan", "duc", "lan", "mai"])
def test_somebody_from_elsewhere_does_not_confirm(world: World, put_forward, who: str):
    with pytest.raises(PermissionDenied):
        actions.countersign(put_forward, by=world.user(who))


def test_who_entered_the_dose_does_not_confirm_its_removal(world: World):
    Policy.objects.create(version=2, four_eyes=EVERY, second_look_percent=0, made_at=db_time.now())
    thu = colleague(world)
    dose = worlds.dose(world, by=thu)
    case = file_one(world, dose=dose, proposed={"given_on": "2021-06-30"})
    case = actions.accept(case, by=world.user("minh"))

    with pytest.raises(SamePerson):
        actions.countersign(case, by=thu)


def test_the_second_person_sends_it_back_with_a_reason(world: World, put_forward):
    with pytest.raises(ValidationError):
        actions.hand_back(put_forward, by=world.user("huong"), reason=" ")

    case = actions.hand_back(put_forward, by=world.user("huong"), reason="Ảnh không rõ lô")

    assert (case.status, case.pending, case.first_by) == (Status.QUEUED, None, None)
    assert not Dose.objects.exists()


def test_the_clock_runs_on_until_the_second_signature(world: World, put_forward):
    assert put_forward.clocks.get(kind="review").stopped_at is None

    case = actions.countersign(put_forward, by=world.user("huong"))

    assert case.clocks.get(kind="review").stopped_how == "decided"


def test_giving_the_case_away_throws_the_first_signature_away(world: World, put_forward):
    worlds.Membership.objects.create(
        user=staff_user(email="qa@example.vn"),
        organization=world.quang_an,
        role="reviewer",
        since=db_time.now() - worlds.LONG_AGO,
    )

    case = actions.reassign(put_forward, by=world.user("huong"), to=world.quang_an, reason="x")

    assert (case.status, case.pending) == (Status.QUEUED, None)
