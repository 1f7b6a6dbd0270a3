"""What the verbs do, and what they refuse."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from corrections import actions
from corrections.actions import CannotReceive, HeldByColleague, StalePage
from corrections.lifecycle import Ground, Status, StepNotPossible
from corrections.models import Correction, CorrectionEvent
from doses.models import Dose
from organizations.models import Membership
from tests import world as worlds
from tests.cases import colleague, file_one, make_overdue
from tests.factories.accounts import verify_again
from tests.world import World
from vaxreg import db_time


def test_accepting_revises_the_dose_and_keeps_its_history(world: World, correction: Correction):
    accepted = actions.accept(correction, by=world.user("minh"), remark="Theo giấy xác nhận")

    dose = Dose.objects.get(pk=correction.dose_id)
    assert accepted.status == Status.ACCEPTED
    assert dose.vaccine == world.pfizer
    assert dose.revision == 2
    assert [revision.vaccine.code for revision in dose.revisions.order_by("number")] == [
        "AZ",
        "PF",
    ]
    assert dose.revisions.last().correction_reference == correction.reference
    assert accepted.decided == {"vaccine": "PF"}


def test_accepting_with_own_values_is_accepting_in_part(world: World, correction: Correction):
    accepted = actions.accept(
        correction, by=world.user("minh"), values={"vaccine": "PF", "lot": "fg3527"}
    )

    assert accepted.status == Status.PARTLY_ACCEPTED
    assert Dose.objects.get(pk=correction.dose_id).lot == "FG3527"


def test_accepting_a_part_leaves_the_rest_as_it_was(world: World):
    dose = worlds.dose(world)
    case = file_one(world, dose=dose, proposed={"vaccine": "PF", "given_on": "2021-08-30"})

    accepted = actions.accept(case, by=world.user("minh"), values={"given_on": "2021-08-30"})

    dose.refresh_from_db()
    assert accepted.status == Status.PARTLY_ACCEPTED
    assert (dose.vaccine.code, dose.given_on.isoformat()) == ("AZ", "2021-08-30")


def test_accepting_a_missing_dose_adds_it_as_a_correction(world: World):
    case = file_one(
        world,
        named_site=world.buoi,
        proposed={"vaccine": "PF", "given_on": "2021-11-21", "position": "primary-2"},
    )

    accepted = actions.accept(
        case,
        by=world.user("minh"),
        values={**case.proposed, "organization": str(world.buoi.public_id), "lot": "FG3527"},
    )

    dose = Dose.objects.get(citizen=world.citizens["lan"])
    assert accepted.status == Status.ACCEPTED
    assert accepted.dose == dose
    assert (dose.kind, dose.ordinal, dose.lot) == ("primary", 2, "FG3527")
    assert dose.provenance == Dose.Provenance.CORRECTION


def test_a_missing_dose_is_not_added_while_facts_are_lacking(world: World):
    case = file_one(world, named_site=world.buoi, proposed={"position": "primary-2"})

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"))

    case.refresh_from_db()
    assert set(refused.value.message_dict) == {"vaccine", "given_on", "organization"}
    assert case.status == Status.QUEUED
    assert not Dose.objects.exists()


def test_when_the_dose_cannot_be_changed_nothing_is_stored(world: World, correction: Correction):
    events = correction.events.count()

    with pytest.raises(ValidationError):
        actions.accept(correction, by=world.user("minh"), values={"given_on": "2031-01-01"})

    correction.refresh_from_db()
    assert correction.status == Status.QUEUED
    assert correction.events.count() == events


def test_refusing_keeps_the_dose_and_stores_ground_and_sentence(
    world: World, correction: Correction
):
    refused = actions.refuse(
        correction, by=world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ."
    )

    assert (refused.status, refused.ground, refused.remark) == (
        Status.REFUSED,
        Ground.PHOTO_BLURRED,
        "Ảnh mờ.",
    )
    assert Dose.objects.get(pk=correction.dose_id).revision == 1


def test_keeping_for_later_leaves_the_clock_running(world: World, correction: Correction):
    due = correction.due_at

    kept = actions.keep(correction, by=world.user("minh"), remark="Chờ sổ giấy của trạm")

    assert kept.status == Status.KEPT
    assert kept.due_at == due
    assert kept.is_open


@pytest.mark.parametrize("who", ["lan", "binh", "tuan", "huong", "duc", "phuc", "mai"])
def test_only_the_holders_reviewers_decide(world: World, correction: Correction, who: str):
    with pytest.raises(PermissionDenied):
        actions.refuse(correction, by=world.user(who), ground=Ground.PHOTO_BLURRED, remark="no")


def test_a_nurse_cannot_review_her_own_childs_record(world: World):
    lan = world.user("lan")
    Membership.objects.create(user=lan, organization=world.buoi, role="reviewer")
    case = file_one(world, whose="child")

    with pytest.raises(PermissionDenied):
        actions.accept(case, by=lan)


def test_a_nurse_cannot_review_the_record_that_bears_her_id_number(
    world: World, correction: Correction
):
    minh = world.user("minh")
    verify_again(minh, id_number=world.citizens["lan"].id_number)

    with pytest.raises(PermissionDenied):
        actions.pick_up(correction, by=minh)


def test_whoever_filed_it_never_decides_it(world: World, correction: Correction):
    # The link may have ended since: filing alone keeps her from deciding.
    lan = world.user("lan")
    lan.record_links.update(until=db_time.now())
    lan.phone, lan.phone_verified = None, False
    lan.email = "lan@example.vn"
    lan.save()
    Membership.objects.create(user=lan, organization=world.buoi, role="reviewer")

    with pytest.raises(PermissionDenied):
        actions.accept(correction, by=lan)


def test_dismissed_staff_decide_nothing_from_the_next_call_on(world: World, correction: Correction):
    minh = world.user("minh")
    minh.memberships.update(until=db_time.now())

    with pytest.raises(PermissionDenied):
        actions.pick_up(correction, by=minh)


def test_a_colleagues_case_is_not_decided_under_her_hands(world: World, correction: Correction):
    picked = actions.pick_up(correction, by=world.user("minh"))

    with pytest.raises(HeldByColleague):
        actions.refuse(picked, by=colleague(world), ground=Ground.PHOTO_BLURRED, remark="no")


def test_a_claim_older_than_30_minutes_no_longer_holds(world: World, correction: Correction):
    with db_time.at(db_time.now() - timedelta(minutes=31)):
        actions.pick_up(correction, by=world.user("minh"))
    thu = colleague(world)

    picked = actions.pick_up(correction, by=thu)

    assert picked.reviewer == thu


def test_a_stale_page_overwrites_nothing(world: World, correction: Correction):
    minh = world.user("minh")
    seen = correction.version
    actions.keep(correction, by=minh, remark="Chờ")

    with pytest.raises(StalePage):
        actions.accept(correction, by=minh, version=seen)

    correction.refresh_from_db()
    assert correction.status == Status.KEPT


def test_a_decided_case_is_not_decided_again(world: World, correction: Correction):
    minh = world.user("minh")
    actions.accept(correction, by=minh)

    with pytest.raises(StepNotPossible):
        actions.refuse(correction, by=minh, ground=Ground.PHOTO_BLURRED, remark="no")


def test_a_case_cannot_be_taken_over_before_it_is_overdue(world: World, correction: Correction):
    with pytest.raises(StepNotPossible):
        actions.take_over(correction, by=world.user("huong"), reason="Nhanh hơn")


def test_an_overdue_case_is_decided_by_the_district_in_the_sites_place(
    world: World, correction: Correction
):
    huong = world.user("huong")
    make_overdue(correction)

    taken = actions.take_over(correction, by=huong, reason="Trạm không trả lời")
    decided = actions.accept(taken, by=huong)

    holders = [holding.organization for holding in decided.holdings.all()]
    assert holders == [world.buoi, world.tay_ho]
    assert decided.status == Status.ACCEPTED
    assert decided.received_at == correction.received_at
    assert decided.due_at == correction.due_at


def test_giving_a_case_to_another_site_keeps_its_clock(world: World, correction: Correction):
    nurse = colleague(world)
    Membership.objects.create(user=nurse, organization=world.quang_an, role="reviewer")

    moved = actions.reassign(
        correction, by=world.user("huong"), to=world.quang_an, reason="Trạm Bưởi đang nghỉ"
    )

    assert moved.holder == world.quang_an
    assert moved.due_at == correction.due_at
    assert "Trạm Bưởi đang nghỉ" in moved.routing_reason["vi"]


@pytest.mark.parametrize("to", ["quang_an", "lang_thuong", "buoi"])
def test_a_case_is_given_only_to_staffed_organizations_in_reach(
    world: World, correction: Correction, to: str
):
    # Quảng An has nobody, Láng Thượng lies in another district, Bưởi holds the case already.
    with pytest.raises(CannotReceive):
        actions.reassign(correction, by=world.user("huong"), to=getattr(world, to), reason="x")


def test_an_officer_reminds_once_a_day(world: World, correction: Correction):
    huong = world.user("huong")
    actions.remind(correction, by=huong)

    with pytest.raises(StepNotPossible):
        actions.remind(correction, by=huong)

    with db_time.at(db_time.now() + timedelta(hours=25)):
        actions.remind(correction, by=huong)
    assert correction.events.filter(step="remind", by=huong).count() == 2


def test_the_history_cannot_be_rewritten(world: World, correction: Correction):
    event = CorrectionEvent.objects.first()

    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionEvent.objects.filter(pk=event.pk).update(remark="nothing happened")
    with pytest.raises(IntegrityError), transaction.atomic():
        event.delete()


def test_the_time_of_receipt_never_changes(correction: Correction):
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(received_at=db_time.now())


def test_a_site_given_in_words_only_is_not_accepted_without_finding_it(world: World):
    case = file_one(world, dose=worlds.dose(world), proposed={}, site_text="Trường THCS Chu Văn An")

    with pytest.raises(ValidationError) as refused:
        actions.accept(case, by=world.user("minh"))

    case.refresh_from_db()
    assert set(refused.value.message_dict) == {"organization"}
    assert case.is_open


def test_a_site_in_words_that_is_found_is_accepted_in_full(world: World):
    case = file_one(world, dose=worlds.dose(world), proposed={}, site_text="Tram y te Quang An")

    accepted = actions.accept(
        case, by=world.user("minh"), values={"organization": str(world.quang_an.public_id)}
    )

    assert accepted.status == Status.ACCEPTED


def test_the_other_details_alone_are_a_part_when_the_site_in_words_is_left_out(world: World):
    case = file_one(
        world, dose=worlds.dose(world), proposed={"vaccine": "PF"}, site_text="Tram y te Quang An"
    )

    accepted = actions.accept(case, by=world.user("minh"))

    assert accepted.status == Status.PARTLY_ACCEPTED


def test_accepting_nothing_at_all_is_refused(world: World, correction: Correction):
    with pytest.raises(ValidationError):
        actions.accept(correction, by=world.user("minh"), values={})
