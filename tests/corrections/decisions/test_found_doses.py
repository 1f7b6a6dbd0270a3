"""A missing dose under another name: found by what is alike, moved to its person, both are told."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.actions import giving
from corrections.decisions import found_doses
from corrections.decisions.found_doses import FoundDose
from corrections.models import Correction
from doses.actions import revise
from doses.history import history_for, history_of
from doses.models import Dose, DoseMove
from messaging.models import Message
from tests import cases
from tests import world as worlds
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db
DAY = date(2021, 11, 21)


@pytest.fixture
def case(world: World) -> Correction:
    """Lan misses a Pfizer of 21/11/2021 at Phường Bưởi."""
    proposed = {
        "vaccine": "PF",
        "given_on": DAY.isoformat(),
        "position": "primary-2",
        "organization": str(world.buoi.public_id),
    }
    return cases.file_one(world, proposed=proposed, named_site=world.buoi)


def somebody(**changed: Any) -> Citizen:
    """Lan as a hurried hand has written her: another letter at the end, no number."""
    values = {
        "full_name": "Nguyen Thi Lam",
        "date_of_birth": date(1988, 3, 27),
        "sex": "female",
        "phone": "+84911111111",
    }
    return Citizen.objects.create(**(values | changed))


def given(world: World, owner: Citizen, **changed: Any) -> Dose:
    values = {"citizen": owner, "vaccine": world.pfizer, "given_on": DAY, "ordinal": 2}
    return worlds.dose(world, **(values | changed))


def found(case: Correction, world: World) -> list[FoundDose]:
    return found_doses.search(case, world.user("minh"))


@pytest.mark.parametrize(
    ("person", "dose", "is_found"),
    [
        ({}, {}, True),
        ({"full_name": "Nguyễn Thị Lan", "date_of_birth": date(1988, 2, 27)}, {}, True),
        ({"full_name": "Lan Nguyễn Thị"}, {}, True),
        ({"full_name": "Nguyễn Thị Lan", "id_number": "001188012354"}, {}, True),
        # A twin: the family name and the day of birth, in the same commune.
        ({"full_name": "Nguyễn Thị Cúc", "commune": "buoi"}, {}, True),
        ({}, {"given_on": DAY - timedelta(days=3)}, True),
        ({}, {"given_on": DAY - timedelta(days=9)}, False),
        ({"full_name": "Trần Văn Hùng", "date_of_birth": date(1970, 5, 6)}, {}, False),
        ({"full_name": "Trần Thị Hoa", "date_of_birth": date(1990, 5, 6)}, {}, False),
        ({}, {"organization": "quang_an"}, False),
        ({}, {"status": "entered_in_error"}, False),
    ],
)
def test_what_is_much_alike_at_the_site_and_near_the_day_is_found(
    world: World,
    case: Correction,
    person: dict[str, Any],
    dose: dict[str, Any],
    is_found: bool,
):
    if commune := person.pop("commune", ""):
        person["area"] = world.areas[commune]
    if site := dose.get("organization"):
        dose["organization"] = getattr(world, site)
    status = dose.pop("status", "")
    one = given(world, somebody(**person), **dose)
    if status:
        revise(one, changes={"status": status}, by=None, why="Nhập nhầm")

    assert [here.dose for here in found(case, world)] == ([one] if is_found else [])


def test_each_says_in_words_why_it_was_found_and_what_speaks_against(
    world: World, case: Correction
):
    given(world, somebody(full_name="Nguyen Thi Lan"), given_on=DAY - timedelta(days=1))

    (one,) = found(case, world)

    assert any("tên" in words for words in one.fits)
    assert "sổ đó không có số giấy tờ" in one.fits
    assert "ngày tiêm cách 1 ngày" in one.differs
    assert not one.two


def test_the_dose_moves_the_case_closes_and_both_are_told(world: World, case: Correction):
    owner = somebody()
    dose = given(world, owner)

    closed = giving.give(
        case, by=world.user("minh"), dose=str(dose.public_id), revision=1, remark="Sổ buổi tiêm"
    )

    dose.refresh_from_db()
    assert (closed.status, closed.dose, dose.citizen, dose.revision) == (
        "accepted",
        dose,
        case.citizen,
        2,
    )
    assert closed.events.get(step="accept").data["basis"] == "moved"
    move = DoseMove.objects.get()
    assert (move.from_record, move.to_record) == (owner, case.citizen)
    told = Message.objects.get(purpose="dose.moved")
    assert told.recipient == owner.phone
    assert "Lan" not in told.text
    here, gone, staff = (
        history_for(dose, case.citizen),
        history_for(dose, owner),
        history_of(dose),
    )
    assert here[0].moved == "Chuyển về sổ này: trước đó ghi ở tên khác"
    assert gone[0].moved == "Chuyển sang sổ của người đã được tiêm mũi này"
    assert (gone[0].correction_reference, here[0].correction_reference) == ("", case.reference)
    assert "Lan" not in f"{gone}"
    assert "Lam" not in f"{here}"
    assert "L" in staff[0].moved


def test_what_came_after_a_dose_left_is_told_only_to_whose_it_is(world: World, case: Correction):
    owner = somebody()
    dose = given(world, owner, why="Ghi theo lời bà Lam")
    giving.give(case, by=world.user("minh"), dose=str(dose.public_id), revision=1)
    dose.refresh_from_db()

    revise(dose, changes={"lot": "FG3527"}, by=None, why="Lan báo lại")

    dose.refresh_from_db()
    assert len(history_for(dose, owner)) == 2
    assert [one.why for one in history_for(dose, case.citizen)][-1] == ""


def known(world: World, owner: Citizen) -> None:
    """Somebody opens the record."""
    user = worlds.User.objects.create_user(phone=owner.phone, phone_verified=True)
    world.citizens["lam"], world.users["lam"] = owner, user
    link = {"proven_by": "phone_and_id", "since": db_time.now() - worlds.LONG_AGO}
    RecordLink.objects.create(user=user, citizen=owner, relation="self", **link)


def test_from_the_record_of_a_known_person_two_people_move_it(world: World, case: Correction):
    owner = somebody()
    known(world, owner)
    dose = given(world, owner, by=cases.colleague(world))

    waits = giving.give(case, by=world.user("minh"), dose=str(dose.public_id), revision=1)

    dose.refresh_from_db()
    assert (waits.status, dose.citizen) == ("to_countersign", owner)
    assert not Message.objects.filter(purpose="dose.moved").exists()
    with pytest.raises(actions.SamePerson):
        actions.countersign(waits, by=world.user("minh"))
    entered_it = Correction.objects.get(pk=case.pk)
    with pytest.raises(actions.SamePerson):
        actions.countersign(entered_it, by=dose.revisions.get().by)
    signed = actions.countersign(waits, by=world.user("huong"))
    dose.refresh_from_db()
    assert (signed.status, signed.dose, dose.citizen) == ("accepted", dose, case.citizen)
    assert Message.objects.filter(purpose="dose.moved").exists()


def changed(dose: Dose, case: Correction, world: World) -> None:
    revise(dose, changes={"lot": "X1"}, by=None, why="Sổ")


def on_record(dose: Dose, case: Correction, world: World) -> None:
    given(world, case.citizen)


def disputed(dose: Dose, case: Correction, world: World) -> None:
    known(world, dose.citizen)
    cases.file_one(world, whose="lam", key="lam", dose=dose, proposed={"vaccine": "AZ"})


def family(dose: Dose, case: Correction, world: World) -> None:
    link = {"proven_by": "phone_and_id", "since": db_time.now() - worlds.LONG_AGO}
    RecordLink.objects.create(
        user=world.user("minh"), citizen=dose.citizen, relation="self", **link
    )


@pytest.mark.parametrize(
    ("happened", "refused"),
    [
        (changed, ValidationError),
        (on_record, ValidationError),
        (disputed, ValidationError),
        (family, PermissionDenied),
    ],
)
def test_what_cannot_be_moved_is_refused_and_nothing_changes(
    world: World,
    case: Correction,
    happened: Callable[[Dose, Correction, World], None],
    refused: type[Exception],
):
    dose = given(world, somebody())
    happened(dose, case, world)

    with pytest.raises(refused):
        giving.give(case, by=world.user("minh"), dose=str(dose.public_id), revision=1)

    assert not DoseMove.objects.exists()
    assert Correction.objects.get(pk=case.pk).status == "queued"
