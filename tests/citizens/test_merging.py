"""Two records of one person, held as one: nothing is lost, and it can be undone."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from citizens import access, actions, merging
from citizens.models import Citizen, RecordLink
from doses.models import Dose
from tests import world as worlds
from tests.factories.accounts import UserFactory, verify
from tests.factories.citizens import CitizenFactory, RecordLinkFactory
from tests.factories.organizations import OrganizationFactory
from tests.world import World


def merged(**facts: object) -> tuple[Citizen, Citizen]:
    """Return a kept record and a part of it."""
    kept, part = CitizenFactory.create(), CitizenFactory.create(**facts)
    merging.merge(part, into=kept, by=None, why="Cùng một người")
    part.refresh_from_db()
    return kept, part


def test_a_merged_record_shows_the_doses_of_both_and_moves_none(world: World):
    kept, part = CitizenFactory.create(), CitizenFactory.create()
    first = worlds.dose(world, citizen=kept)
    second = worlds.dose(world, citizen=part, given_on=date(2021, 11, 21), ordinal=2)

    merging.merge(part, into=kept, by=None, why="")

    part.refresh_from_db()
    assert list(Dose.objects.of(kept).shown_to_citizen()) == [first, second]
    assert list(Dose.objects.of(part).shown_to_citizen()) == [first, second]
    second.refresh_from_db()
    assert (second.citizen, second.revision) == (part, 1)


def test_merging_leaves_a_revision_that_says_who_and_why(db):
    kept, part = CitizenFactory.create(), CitizenFactory.create()
    staff, station = UserFactory.create(staff=True), OrganizationFactory.create()

    merging.merge(
        part,
        into=kept,
        by=staff,
        by_organization=station,
        why="Cùng một người",
        correction_reference="VR-7K3M-9QXD",
    )

    first, second = part.revisions.all()
    assert (first.merged_into, second.merged_into) == (None, kept)
    assert (second.by, second.by_organization, second.why) == (staff, station, "Cùng một người")
    assert second.correction_reference == "VR-7K3M-9QXD"
    assert second.full_name == part.full_name


def test_separating_gives_everything_back(world: World):
    kept, part = merged()
    dose = worlds.dose(world, citizen=part)

    merging.separate(part, by=None, why="Hai người khác nhau")

    part.refresh_from_db()
    assert part.merged_into is None
    assert not Dose.objects.of(kept).exists()
    assert list(Dose.objects.of(part)) == [dose]
    assert [revision.merged_into for revision in part.revisions.all()] == [None, kept, None]


def test_a_record_of_its_own_cannot_be_separated(db):
    with pytest.raises(ValidationError):
        merging.separate(CitizenFactory.create(), by=None, why="")


def test_merging_twice_the_same_is_refused(db):
    kept, part = merged()

    with pytest.raises(ValidationError):
        merging.merge(part, into=kept, by=None, why="")
    with pytest.raises(ValidationError):
        merging.merge(kept, into=part, by=None, why="")


def test_what_was_merged_into_a_part_comes_along(db):
    middle, part = merged()
    kept = CitizenFactory.create()

    merging.merge(middle, into=kept, by=None, why="")

    assert set(Citizen.objects.whole(kept)) == {kept, middle, part}


def test_the_database_refuses_a_part_of_a_part(db):
    kept, part = merged()
    other = CitizenFactory.create()

    for changed, into in [(other, part), (kept, other), (kept, kept)]:
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE citizens_citizen SET merged_into_id = %s WHERE id = %s",
                [into.pk, changed.pk],
            )


def test_a_link_to_either_part_opens_the_whole(db):
    kept, part = merged()
    to_kept = RecordLinkFactory.create(citizen=kept)
    to_part = RecordLinkFactory.create(citizen=part)

    for user in (to_kept.user, to_part.user):
        assert list(access.records_of(user)) == [kept]
        assert set(access.parts_of_records_of(user)) == {kept, part}


def test_the_facts_of_the_old_record_open_the_one_that_was_kept(db):
    kept, _part = merged(full_name="Nguyễn Văn Cũ", id_number="012345678", phone="+84911111111")
    user = UserFactory.create(phone="+84911111111", phone_verified=True)

    link = actions.open_record(user, id_number="012345678")

    assert link.citizen == kept


def test_name_and_birth_that_fit_both_parts_are_no_riddle(db):
    kept, _part = merged()
    other = CitizenFactory.create(full_name=kept.full_name, phone=kept.phone)
    merging.merge(other, into=kept, by=None, why="")
    user = UserFactory.create(phone=kept.phone, phone_verified=True)

    link = actions.open_record(user, full_name=kept.full_name, date_of_birth=kept.date_of_birth)

    assert link.citizen == kept


def test_who_opened_a_part_before_has_no_second_link_to_the_whole(db):
    _kept, part = merged(phone="+84911111111")
    user = UserFactory.create(phone="+84911111111", phone_verified=True)
    known = RecordLinkFactory.create(user=user, citizen=part)

    link = actions.open_record(user, id_number=part.id_number or "")

    assert link == known
    assert RecordLink.objects.filter(user=user).count() == 1


def test_a_card_with_the_old_number_asks_for_the_kept_record(db):
    kept, part = merged(full_name="Nguyễn Văn Cũ", id_number="012345678", phone="")
    user = UserFactory.create(phone="+84922222222", phone_verified=True)

    with pytest.raises(actions.AskedToOpen):
        actions.open_record(
            user,
            full_name="Nguyễn Văn Cũ",
            date_of_birth=part.date_of_birth,
            id_number="012345678",
        )

    assert RecordLink.objects.waiting().get(user=user).citizen == kept


def test_the_kept_record_may_take_the_number_that_its_part_has(db):
    kept, part = merged(id_number="079185000001")

    revised = actions.revise_identity(
        kept, changes={"id_number": "079185000001"}, by=None, why="CCCD"
    )

    part.refresh_from_db()
    assert revised.id_number == "079185000001"
    assert part.id_number is None
    assert "079185000001" in {one.id_number for one in part.revisions.all()}


def test_the_number_of_a_strangers_record_is_refused(db):
    citizen, stranger = CitizenFactory.create(), CitizenFactory.create()

    with pytest.raises(ValidationError) as refused:
        actions.revise_identity(citizen, changes={"id_number": stranger.id_number}, by=None, why="")

    assert "id_number" in refused.value.message_dict or refused.value.messages
    assert not citizen.revisions.exists()


def test_a_nurse_recognised_in_one_part_is_family_of_the_whole(db):
    nurse = UserFactory.create(staff=True, verified=False)
    verify(nurse, id_number="001080011111")
    kept, part = merged(id_number="001080011111")

    assert access.is_own_or_family(nurse, kept)
    assert access.is_own_or_family(nurse, part)


def test_a_child_linked_to_the_nurses_other_record_is_family(db):
    nurse = UserFactory.create(staff=True, verified=False)
    verify(nurse, id_number="001080011111")
    kept, _part = merged(id_number="001080011111")
    mother = RecordLinkFactory.create(citizen=kept).user
    child = RecordLinkFactory.create(user=mother, guardian=True).citizen
    stranger = CitizenFactory.create()

    assert access.is_own_or_family(nurse, child)
    assert not access.is_own_or_family(nurse, stranger)


def test_a_merged_record_is_family_of_the_relative_of_one_part(db):
    kept, part = merged()
    relative = RecordLinkFactory.create(citizen=part, relative=True).user

    assert access.is_own_or_family(relative, kept)


def test_the_other_record_is_found_by_number_then_name_then_phone(db):
    me = CitizenFactory.create()
    by_number = CitizenFactory.create(id_number="012345678")
    by_name = CitizenFactory.create(full_name="Nguyễn Thị Lân", date_of_birth=date(1990, 1, 2))
    by_phone = CitizenFactory.create(phone="+84933333333")
    find = merging.find_others

    assert find(me, id_number="012 345 678") == [by_number]
    assert find(me, full_name="nguyen thi lan", date_of_birth=date(1990, 1, 2)) == [by_name]
    assert find(me, phone="+84933333333") == [by_phone]
    assert find(me, id_number="012345678", phone="+84933333333") == [by_number]
    assert find(me, full_name="nguyen thi lan") == []
    assert find(me) == []


def test_ones_own_record_and_its_parts_are_no_other_record(db):
    kept, part = merged(phone="+84944444444")

    assert merging.find_others(kept, phone="+84944444444") == []
    assert merging.find_others(part, id_number=kept.id_number or "") == []


def test_an_identity_check_is_kept_as_it_is(db):
    citizen, staff = CitizenFactory.create(), UserFactory.create(staff=True)

    check = actions.check_identity(citizen, paper="cccd", matches=True, by=staff)

    assert check.verdict == "match"
    check.verdict = "no_match"
    with pytest.raises(IntegrityError), transaction.atomic():
        check.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        check.delete()


def test_an_unknown_identity_paper_is_refused(db):
    citizen, staff = CitizenFactory.create(), UserFactory.create(staff=True)

    with pytest.raises(ValidationError):
        actions.check_identity(citizen, paper="library_card", matches=True, by=staff)


def test_an_operator_takes_records_apart_and_answers_for_it(db):
    _kept, part = merged()
    staff = UserFactory.create(staff=True)

    call_command("separate_records", str(part.public_id), staff.email, "Hai chị em")

    part.refresh_from_db()
    last = part.revisions.last()
    assert part.merged_into is None
    assert last is not None
    assert (last.by, last.why) == (staff, "Hai chị em")
    for again in ([str(part.public_id), staff.email], [str(staff.public_id), staff.email]):
        with pytest.raises(CommandError):
            call_command("separate_records", *again, "Hai chị em")
