"""Every kind of correction: what it needs, what accepting and refusing it do to the record."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from citizens.models import Citizen, IdentityCheck, RecordLink
from corrections import actions, facts
from corrections.actions import AlreadyOpen, filing
from corrections.actions.filing import Claim
from corrections.lifecycle import Ground, Status
from corrections.models import Correction, Kind, Policy
from doses.models import Dose
from tests import world as worlds
from tests.cases import claim_of, file_one, other_record
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time

REMOVING = (Kind.NOT_MINE, Kind.NEVER_GIVEN, Kind.DUPLICATE)


def state(world: World) -> tuple[Any, ...]:
    """Return what the record of Lan says: herself, her doses, what belongs to her."""
    lan = world.citizens["lan"]
    return (
        list(Citizen.objects.whole(lan).order_by("pk").values_list("full_name", "id_number")),
        list(Dose.objects.of(lan).completed().order_by("pk").values_list("pk", "vaccine__code")),
    )


def check_for(kind: Kind) -> str:
    return "cccd" if kind in (Kind.IDENTITY, Kind.SPLIT_RECORD) else ""


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_is_filed_routed_and_accepted(world: World, kind: Kind):
    case = file_one(world, **claim_of(world, kind))
    before = state(world)

    accepted = actions.accept(case, by=world.user("minh"), identity_check=check_for(kind))

    assert accepted.kind == kind
    assert case.holder == world.buoi
    assert accepted.status == Status.ACCEPTED
    assert state(world) != before
    assert facts.headline(accepted)


@pytest.mark.parametrize("kind", list(Kind))
def test_refusing_any_kind_changes_nothing_on_the_record(world: World, kind: Kind):
    case = file_one(world, **claim_of(world, kind))
    before = state(world)

    refused = actions.refuse(
        case, by=world.user("minh"), ground=Ground.NOTHING_MATCHES, remark="Không khớp"
    )

    assert refused.status == Status.REFUSED
    assert state(world) == before
    assert not IdentityCheck.objects.exists()


@pytest.mark.parametrize("kind", REMOVING)
def test_a_dose_that_is_taken_out_stays_in_the_history(world: World, kind: Kind):
    case = file_one(world, **claim_of(world, kind))

    accepted = actions.accept(case, by=world.user("minh"), remark="Ghi nhầm người")

    dose = Dose.objects.get(pk=case.dose_id)
    last = dose.revisions.last()
    assert dose.status == Dose.Status.ENTERED_IN_ERROR
    assert last is not None
    assert (last.number, last.why) == (2, "Ghi nhầm người")
    assert last.correction_reference == case.reference
    assert last.by == world.user("minh")
    assert dose.provenance == Dose.Provenance.SITE_ENTRY
    assert accepted.decided is not None
    assert accepted.decided["status"] == "entered_in_error"


def test_of_a_pair_one_dose_stays(world: World):
    case = file_one(world, **claim_of(world, Kind.DUPLICATE))

    actions.accept(case, by=world.user("minh"))

    left = Dose.objects.of(world.citizens["lan"]).completed().get()
    assert str(left.public_id) == case.proposed["duplicate_of"]


def test_of_a_pair_the_last_dose_is_never_taken_out(world: World):
    case = file_one(world, **claim_of(world, Kind.DUPLICATE))
    twin = Dose.objects.get(public_id=case.proposed["duplicate_of"])
    other = file_one(world, key="key-2", kind=Kind.NOT_MINE, dose=twin, proposed={})
    actions.accept(other, by=world.user("minh"))

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"))

    assert "duplicate_of" in refused.value.message_dict
    assert Dose.objects.get(pk=case.dose_id).status == Dose.Status.COMPLETED


def test_identity_facts_change_by_revision_and_hide_no_dose(world: World):
    dose = worlds.dose(world)
    lan = world.citizens["lan"]
    case = file_one(
        world,
        kind=Kind.IDENTITY,
        proposed={
            "full_name": "Nguyễn Thị Lân",
            "date_of_birth": "1988-03-28",
            "phone": "0922 222 222",
            "id_number": "001 188 012 346",
        },
    )

    actions.accept(case, by=world.user("minh"), identity_check="cccd", remark="Theo CCCD")

    lan.refresh_from_db()
    assert (lan.full_name, lan.date_of_birth) == ("Nguyễn Thị Lân", date(1988, 3, 28))
    assert (lan.phone, lan.id_number) == ("+84922222222", "001188012346")
    assert [revision.full_name for revision in lan.revisions.all()] == [
        "Nguyễn Thị Lan",
        "Nguyễn Thị Lân",
    ]
    assert lan.revisions.last().correction_reference == case.reference
    assert list(Dose.objects.of(lan).shown_to_citizen()) == [dose]
    assert RecordLink.objects.live().filter(user=world.user("lan"), citizen=lan).exists()


def test_the_identity_check_is_stored_with_the_decision(world: World):
    case = file_one(world, **claim_of(world, Kind.IDENTITY))

    actions.accept(case, by=world.user("minh"), identity_check="passport")

    check = IdentityCheck.objects.get()
    assert (check.paper, check.verdict) == ("passport", "match")
    assert (check.by, check.by_organization) == (world.user("minh"), world.buoi)
    assert (check.citizen, check.correction_reference) == (world.citizens["lan"], case.reference)


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.SPLIT_RECORD])
@pytest.mark.parametrize("paper", ["", "library_card"])
def test_without_an_identity_paper_nobody_changes_who_somebody_is(
    world: World, kind: Kind, paper: str
):
    case = file_one(world, **claim_of(world, kind))
    before = state(world)

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"), identity_check=paper)

    case.refresh_from_db()
    assert set(refused.value.message_dict) == {"identity_check"}
    assert case.status == Status.QUEUED
    assert state(world) == before


def test_dose_facts_need_no_identity_paper(world: World):
    case = file_one(world, **claim_of(world, Kind.WRONG_FIELDS))

    actions.accept(case, by=world.user("minh"))

    assert not IdentityCheck.objects.exists()


def test_an_identity_is_accepted_in_part_with_own_values(world: World):
    case = file_one(world, kind=Kind.IDENTITY, proposed={"full_name": "Nguyen Lan"})

    accepted = actions.accept(
        case,
        by=world.user("minh"),
        values={"full_name": "Nguyễn Thị Lân"},
        identity_check="cccd",
    )

    assert accepted.status == Status.PARTLY_ACCEPTED
    assert Citizen.objects.get(pk=case.citizen_id).full_name == "Nguyễn Thị Lân"


def test_a_number_on_somebody_elses_record_is_not_given_away(world: World):
    case = file_one(world, kind=Kind.IDENTITY, proposed={"id_number": "001075067890"})

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"), identity_check="cccd")

    assert set(refused.value.message_dict) == {"id_number"}
    assert not IdentityCheck.objects.exists()


def test_two_records_become_one_with_the_doses_of_both(world: World):
    mine = worlds.dose(world)
    case = file_one(world, **claim_of(world, Kind.SPLIT_RECORD))
    other = Citizen.objects.numbered("012345678").get()
    theirs = worlds.dose(world, citizen=other, given_on=date(2021, 11, 21), ordinal=2)

    accepted = actions.accept(case, by=world.user("minh"), identity_check="cmnd")

    other.refresh_from_db()
    assert other.merged_into == world.citizens["lan"]
    assert list(Dose.objects.of(world.citizens["lan"]).shown_to_citizen()) == [mine, theirs]
    assert accepted.decided == {
        "other_id_number": "012345678",
        "other_record": str(other.public_id),
    }
    assert other.revisions.last().correction_reference == case.reference


@pytest.mark.parametrize(
    "proposed",
    [
        {"other_full_name": "nguyễn thị lan", "other_date_of_birth": "1988-03-27"},
        {"other_phone": "0911 111 111"},
    ],
)
def test_the_other_record_is_found_by_name_and_birth_or_phone(world: World, proposed):
    other = other_record()
    case = file_one(world, kind=Kind.SPLIT_RECORD, proposed=proposed)

    actions.accept(case, by=world.user("minh"), identity_check="cccd")

    other.refresh_from_db()
    assert other.merged_into == world.citizens["lan"]


def test_of_two_records_that_fit_the_reviewer_chooses(world: World):
    first = other_record(phone="+84911111111", id_number=None)
    second = other_record(phone="+84911111111", id_number=None)
    case = file_one(world, kind=Kind.SPLIT_RECORD, proposed={"other_phone": "0911111111"})

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"), identity_check="cccd")
    accepted = actions.accept(
        case,
        by=world.user("minh"),
        values={"other_record": str(second.public_id)},
        identity_check="cccd",
    )

    first.refresh_from_db()
    second.refresh_from_db()
    assert set(refused.value.message_dict) == {"other_record"}
    assert accepted.status == Status.ACCEPTED
    assert (first.merged_into, second.merged_into) == (None, world.citizens["lan"])


def test_without_another_record_there_is_nothing_to_merge(world: World):
    case = file_one(world, kind=Kind.SPLIT_RECORD, proposed={"other_phone": "0911111111"})

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"), identity_check="cccd")

    assert set(refused.value.message_dict) == {"other_record"}


def test_nobody_merges_the_record_of_their_own_family(world: World):
    minh = world.user("minh")
    verify_again(minh, id_number="012345678")
    case = file_one(world, **claim_of(world, Kind.SPLIT_RECORD))

    with pytest.raises(PermissionDenied):
        actions.accept(case, by=minh, identity_check="cccd")


def test_after_a_merge_the_family_of_either_part_reviews_nothing(world: World):
    minh = world.user("minh")
    case = file_one(world, **claim_of(world, Kind.SPLIT_RECORD))
    actions.accept(case, by=minh, identity_check="cccd")
    minh.phone = "+84911111111"
    minh.save()
    dose = worlds.dose(world)
    later = file_one(world, key="key-2", kind=Kind.NOT_MINE, dose=dose, proposed={})

    with pytest.raises(PermissionDenied):
        actions.accept(later, by=minh)


def test_who_opened_the_part_disputes_doses_of_the_whole(world: World):
    lan = world.citizens["lan"]
    case = file_one(world, **claim_of(world, Kind.SPLIT_RECORD))
    other = Citizen.objects.numbered("012345678").get()
    actions.accept(case, by=world.user("minh"), identity_check="cccd")
    dose = worlds.dose(world, citizen=other)
    other.refresh_from_db()

    filed = filing.file(
        by=world.user("lan"),
        citizen=other,
        key="key-2",
        claims=[Claim({}, dose, kind=Kind.NOT_MINE)],
    )

    assert filed.citizen == lan
    with pytest.raises(AlreadyOpen):
        filing.file(
            by=world.user("lan"),
            citizen=lan,
            key="key-3",
            claims=[Claim({"vaccine": "PF"}, dose)],
        )


@pytest.mark.parametrize(
    ("kind", "proposed"),
    [
        (Kind.IDENTITY, {}),
        (Kind.IDENTITY, {"full_name": "Nguyễn Thị Lan"}),
        (Kind.IDENTITY, {"full_name": "Lan 2"}),
        (Kind.IDENTITY, {"date_of_birth": "2999-01-01"}),
        (Kind.IDENTITY, {"date_of_birth": "1899-01-01"}),
        (Kind.IDENTITY, {"id_number": "12345"}),
        (Kind.IDENTITY, {"phone": "12"}),
        (Kind.IDENTITY, {"sex": "unknown"}),
        (Kind.IDENTITY, {"vaccine": "PF"}),
        (Kind.SPLIT_RECORD, {}),
        (Kind.SPLIT_RECORD, {"other_full_name": "Nguyễn Thị Lan"}),
        (Kind.SPLIT_RECORD, {"other_id_number": "1"}),
        (Kind.SPLIT_RECORD, {"other_record": "lan"}),
    ],
)
def test_what_cannot_be_judged_is_not_filed(world: World, kind: Kind, proposed: dict[str, str]):
    with pytest.raises(ValidationError):
        file_one(world, kind=kind, proposed=proposed)

    assert not Correction.objects.exists()


def test_a_duplicate_names_another_dose_of_the_same_person(world: World):
    dose, strangers = worlds.dose(world), worlds.dose(world, "binh")

    for other in ("", str(dose.public_id), str(strangers.public_id), "x"):
        with pytest.raises(ValidationError):
            file_one(world, kind=Kind.DUPLICATE, dose=dose, proposed={"duplicate_of": other})


@pytest.mark.parametrize("kind", REMOVING)
def test_only_ones_own_dose_is_disputed(world: World, kind: Kind):
    strangers = worlds.dose(world, "binh")
    own = worlds.dose(world)

    with pytest.raises(PermissionDenied):
        file_one(world, kind=kind, dose=strangers, proposed={"duplicate_of": str(own.public_id)})
    with pytest.raises(ValidationError):
        file_one(world, kind=kind, proposed={})


def test_a_dose_that_was_taken_out_is_not_disputed_again(world: World):
    case = file_one(world, **claim_of(world, Kind.NOT_MINE))
    actions.accept(case, by=world.user("minh"))
    dose = Dose.objects.get(pk=case.dose_id)

    for claim in ({"kind": Kind.NOT_MINE, "proposed": {}}, {"proposed": {"vaccine": "PF"}}):
        with pytest.raises(ValidationError):
            file_one(world, key="key-2", dose=dose, **claim)


def test_one_filing_holds_claims_of_several_kinds_each_for_its_own_judge(world: World):
    dose = worlds.dose(world, organization=world.lang_thuong)

    filed = filing.file(
        by=world.user("lan"),
        citizen=world.citizens["lan"],
        key="key-1",
        claims=[
            Claim({}, dose, kind=Kind.NEVER_GIVEN),
            Claim({"full_name": "Nguyễn Thị Lân"}, kind=Kind.IDENTITY),
        ],
    )
    for case in filed.corrections.all():
        actions.route(case)

    holders = {case.kind: case.holder for case in filed.corrections.select_related("holder")}
    assert holders == {Kind.NEVER_GIVEN: world.lang_thuong, Kind.IDENTITY: world.buoi}


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.SPLIT_RECORD])
def test_there_is_one_open_correction_about_who_somebody_is(world: World, kind: Kind):
    claim = claim_of(world, kind)
    file_one(world, **claim)

    with pytest.raises(AlreadyOpen):
        file_one(world, key="key-2", **claim)


def four_eyes() -> None:
    reasons = ["dose_entered_in_error", "id_number"]
    Policy.objects.create(
        version=2, four_eyes=reasons, second_look_percent=0, made_at=db_time.now()
    )


@pytest.mark.parametrize(
    ("kind", "proposed"),
    [
        (Kind.NOT_MINE, {}),
        (Kind.IDENTITY, {"id_number": "001188012346"}),
        (Kind.SPLIT_RECORD, {"other_id_number": "012345678"}),
    ],
)
def test_what_weighs_heavily_waits_for_a_second_person(world: World, kind: Kind, proposed):
    four_eyes()
    other_record()
    dose = worlds.dose(world) if kind == Kind.NOT_MINE else None
    case = file_one(world, kind=kind, dose=dose, proposed=proposed)
    before = state(world)

    waiting = actions.accept(case, by=world.user("minh"), identity_check=check_for(kind))

    assert waiting.status == Status.TO_COUNTERSIGN
    assert state(world) == before

    done = actions.countersign(waiting, by=world.user("huong"))

    assert done.status == Status.ACCEPTED
    assert state(world) != before


def test_a_name_alone_needs_one_person(world: World):
    four_eyes()
    case = file_one(world, **claim_of(world, Kind.IDENTITY))

    accepted = actions.accept(case, by=world.user("minh"), identity_check="cccd")

    assert accepted.status == Status.ACCEPTED


def test_facts_about_the_person_are_masked_for_those_who_need_not_see_all_of_it(world: World):
    case = file_one(
        world,
        kind=Kind.IDENTITY,
        proposed={"full_name": "Nguyễn Thị Lân", "id_number": "001188012346"},
    )

    shown = {row.field: row.proposed for row in facts.compare(case)}
    masked = {row.field: row.proposed for row in facts.compare(case, masked=True)}

    assert (shown["full_name"], shown["id_number"]) == ("Nguyễn Thị Lân", "001188012346")
    assert (masked["full_name"], masked["id_number"]) == ("N. T. Lân", "******012346")
