"""Nobody decides about themselves, their family, or what they filed, whatever account they use."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User, VerifiedIdentity
from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.actions.turn import IdentityNotVerified
from corrections.decisions import four_eyes
from corrections.lifecycle import DECIDING, Ground, Status
from corrections.models import Correction, CorrectionEvent, Policy
from tests import world as worlds
from tests.cases import claim_of, employ, file_one
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time


@pytest.fixture
def world(db) -> World:
    return worlds.build()


def link(user: User, citizen: Citizen, relation: str = "self", **changed) -> RecordLink:
    if relation == "relative":
        changed["ends_at"] = db_time.now() + timedelta(days=300)
    return RecordLink.objects.create(
        user=user,
        citizen=citizen,
        relation=relation,
        proven_by="staff",
        since=db_time.now() - timedelta(days=9),
        **changed,
    )


def another(**changed) -> Citizen:
    values = {"full_name": "Hồ Thị Xa", "date_of_birth": date(1966, 6, 6), "sex": "female"}
    return Citizen.objects.create(**(values | changed))


def own_number(world: World, minh: User) -> None:
    verify_again(minh, id_number=world.citizens["lan"].id_number)


def own_phone(world: World, minh: User) -> None:
    verify_again(minh, phone=world.citizens["lan"].phone)


def own_name_and_birth(world: World, minh: User) -> None:
    verify_again(minh, full_name="Nguyen Thi LAN", date_of_birth=date(1988, 3, 27))


def own_record_under_an_old_number(world: World, minh: User) -> None:
    # Her citizen sign-in opened two records: the one that has her number shows whose phone it is.
    other = another(id_number="012345678")
    verify_again(minh, id_number="012345678")
    RecordLink.objects.filter(user=world.user("lan"), citizen=world.citizens["lan"]).update(
        relation="relative", ends_at=db_time.now() + timedelta(days=300)
    )
    link(world.user("lan"), other)


def child(world: World) -> None:
    """Make Lan a child, for the stories of guardians."""
    Citizen.objects.filter(pk=world.citizens["lan"].pk).update(date_of_birth=date(2012, 3, 27))


def own_child(world: World, minh: User) -> None:
    me = another(id_number="012345678")
    verify_again(minh, id_number="012345678")
    phone = User.objects.create_user(phone="+84933333333", phone_verified=True)
    link(phone, me)
    child(world)
    link(phone, world.citizens["lan"], "guardian")


def child_whose_link_was_ended_to_hide_it(world: World, minh: User) -> None:
    own_child(world, minh)
    RecordLink.objects.filter(relation="guardian").update(until=db_time.now())


def mother_who_agreed_to_her(world: World, minh: User) -> None:
    me = another(id_number="012345678")
    verify_again(minh, id_number="012345678")
    phone = User.objects.create_user(phone="+84933333333", phone_verified=True)
    link(phone, me)
    link(phone, world.citizens["lan"], "relative")


def mother_whose_agreement_was_ended(world: World, minh: User) -> None:
    mother_who_agreed_to_her(world, minh)
    RecordLink.objects.filter(relation="relative").update(until=db_time.now())


def mother_whose_agreement_came_to_its_end(world: World, minh: User) -> None:
    mother_who_agreed_to_her(world, minh)
    RecordLink.objects.filter(relation="relative").update(ends_at=db_time.now() - timedelta(days=2))


def daughter_to_whom_she_agreed(world: World, minh: User) -> None:
    me = another(id_number="012345678")
    verify_again(minh, id_number="012345678")
    link(world.user("lan"), me, "relative")


def other_relative_of_her_mother(world: World, minh: User) -> None:
    mother = another(full_name="Hồ Thị Già", date_of_birth=date(1940, 6, 6))
    me = another(id_number="012345678")
    verify_again(minh, id_number="012345678")
    phone = User.objects.create_user(phone="+84933333333", phone_verified=True)
    link(phone, me)
    link(phone, mother, "relative")
    link(world.user("lan"), mother, "relative")


def other_parent_of_her_child(world: World, minh: User) -> None:
    own_child(world, minh)
    RecordLink.objects.filter(relation="guardian", citizen=world.citizens["lan"]).delete()
    link(User.objects.get(phone="+84933333333"), world.citizens["child"], "guardian")


SAME_PERSON = [
    own_number,
    own_phone,
    own_name_and_birth,
    own_record_under_an_old_number,
    own_child,
    child_whose_link_was_ended_to_hide_it,
    mother_who_agreed_to_her,
    mother_whose_agreement_was_ended,
    mother_whose_agreement_came_to_its_end,
    daughter_to_whom_she_agreed,
    other_relative_of_her_mother,
    other_parent_of_her_child,
]


@pytest.mark.parametrize("it_is", SAME_PERSON)
def test_a_nurse_who_filed_from_her_own_phone_cannot_accept_it_as_staff(world: World, it_is):
    minh, case = world.user("minh"), file_one(world)
    it_is(world, minh)

    with pytest.raises(PermissionDenied):
        actions.accept(case, by=minh)

    case.refresh_from_db()
    assert case.status == Status.QUEUED


@pytest.mark.parametrize("it_is", SAME_PERSON)
def test_the_database_refuses_her_decision_too(world: World, it_is):
    minh, case = world.user("minh"), file_one(world)
    it_is(world, minh)

    with pytest.raises(IntegrityError, match="themselves"), transaction.atomic():
        decide_past_the_verbs(case, minh)
    with pytest.raises(IntegrityError, match="themselves"), transaction.atomic():
        event_past_the_verbs(case, minh)


def decide_past_the_verbs(case: Correction, by: User) -> None:
    Correction.objects.filter(pk=case.pk).update(decided_by=by, decided_at=db_time.now())


def event_past_the_verbs(case: Correction, by: User, step: str = "accept") -> None:
    CorrectionEvent.objects.create(
        correction=case,
        step=step,
        from_status="in_review",
        to_status="accepted",
        party="reviewer",
        by=by,
        at=db_time.now(),
    )


def test_a_colleague_decides_the_same_case(world: World):
    case = file_one(world)
    own_number(world, world.user("minh"))
    colleague = employ(world, "thu", "Ngô Thị Thu", world.buoi)

    assert actions.accept(case, by=colleague).status == Status.ACCEPTED


def test_what_she_filed_for_somebody_else_from_her_phone_is_not_hers_to_decide(world: World):
    minh, filer = world.user("minh"), world.user("lan")
    case = file_one(world, whose="child")
    verify_again(minh, phone=filer.phone)
    RecordLink.objects.filter(citizen=world.citizens["child"]).delete()
    Citizen.objects.filter(pk=world.citizens["child"].pk).update(phone="")

    with pytest.raises(PermissionDenied):
        actions.accept(case, by=minh)
    with pytest.raises(IntegrityError, match="filed"), transaction.atomic():
        decide_past_the_verbs(case, minh)


def test_nobody_puts_their_own_number_on_somebody_elses_record(world: World):
    minh = world.user("minh")
    verify_again(minh, id_number="012345678")
    case = file_one(world, kind="identity", proposed={"id_number": "012345678"})

    with pytest.raises(PermissionDenied):
        actions.accept(case, by=minh, identity_check="cccd")


@pytest.fixture
def unverified(world: World) -> User:
    minh = world.user("minh")
    VerifiedIdentity.objects.filter(user=minh).update(ended_at=db_time.now())
    return minh


@pytest.mark.parametrize("step", sorted(DECIDING - {"take_over"}))
def test_the_database_takes_no_decision_of_somebody_unverified(world: World, unverified, step):
    case = file_one(world)

    with pytest.raises(IntegrityError, match="without a verified identity"), transaction.atomic():
        event_past_the_verbs(case, unverified, step)


def test_without_a_verified_identity_no_decision_is_possible(world: World, unverified):
    case = file_one(world)

    for decide in (
        lambda: actions.accept(case, by=unverified),
        lambda: actions.refuse(case, by=unverified, ground=Ground.PHOTO_BLURRED, remark="Mờ"),
        lambda: actions.keep(case, by=unverified, remark="Chờ sổ"),
    ):
        with pytest.raises(IdentityNotVerified):
            decide()
    assert actions.pick_up(case, by=unverified).status == Status.IN_REVIEW


def test_an_officer_without_a_verified_identity_takes_nothing_over(world: World):
    huong, case = world.user("huong"), file_one(world)
    VerifiedIdentity.objects.filter(user=huong).update(ended_at=db_time.now())

    with pytest.raises(IdentityNotVerified):
        actions.take_over(case, by=huong, reason="Quá hạn")


def put_forward(world: World) -> Correction:
    Policy.objects.create(version=2, four_eyes=[], second_look_percent=100, made_at=db_time.now())
    claim = claim_of(world, four_eyes.Kind.MISSING_DOSE)
    return actions.accept(file_one(world, **claim), by=world.user("minh"), own_papers=True)


def test_a_dose_from_the_sites_own_papers_is_looked_at_when_it_was_drawn(world: World):
    case = put_forward(world)

    assert case.status == Status.TO_COUNTERSIGN
    assert (case.pending or {})["reasons"] == ["random"]


def test_at_a_rate_of_nothing_one_person_adds_it(world: World):
    claim = claim_of(world, four_eyes.Kind.MISSING_DOSE)

    case = actions.accept(file_one(world, **claim), by=world.user("minh"), own_papers=True)

    assert case.status == Status.ACCEPTED


def test_a_second_account_of_the_first_person_is_no_second_person(world: World):
    case = put_forward(world)
    again = employ(world, "minh.2", "Phạm Thị Minh", world.buoi)
    verify_again(again, id_number="012345678", phone="+84944444444")
    verify_again(world.user("minh"), phone="+84944444444")
    mine = User.objects.create_user(phone="+84944444444", phone_verified=True)
    record = another(phone="+84944444444")
    link(mine, record)
    link(world.user("minh"), record)

    with pytest.raises(PermissionDenied):
        actions.countersign(case, by=again)
    with pytest.raises(IntegrityError, match="their own decision"), transaction.atomic():
        event_past_the_verbs(case, again, "countersign")


def test_the_draw_is_fixed_for_a_case_and_near_its_rate(world: World):
    case = file_one(world)
    drawn = [four_eyes.is_drawn(case.public_id, 30) for _again in range(3)]
    ids = [another(full_name=f"Người {number}").public_id for number in range(300)]

    assert len(set(drawn)) == 1
    assert 50 <= sum(four_eyes.is_drawn(one, 30) for one in ids) <= 130
    assert all(four_eyes.is_drawn(one, 100) for one in ids)
    assert not any(four_eyes.is_drawn(one, 0) for one in ids)


def test_one_person_has_one_staff_account(world: World):
    number = VerifiedIdentity.objects.get(user=world.user("minh")).id_number

    with pytest.raises(IntegrityError), transaction.atomic():
        VerifiedIdentity.objects.create(
            user=world.user("tuan"),
            full_name="Lê Anh Tuấn",
            id_number=number,
            date_of_birth=date(1980, 1, 1),
            proven_by="paper",
            ended_at=None,
        )
