"""Several identity documents of one person: which is current, what finds the record, what is kept."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from citizens import actions, merging
from citizens.models import Citizen, IdentityDocument, kind_of
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db

OLD, NEW, OTHER = "012345678", "001188012345", "001188099999"


def held(citizen: Citizen) -> list[tuple[str, bool, bool]]:
    """Number, whether it is current, whether it still identifies the person."""
    rows = citizen.documents.order_by("pk")
    return [(one.number, one.is_current, one.withdrawn_at is None) for one in rows]


def with_number(citizen: Citizen, number: str | None) -> Citizen:
    return actions.revise_identity(citizen, changes={"id_number": number}, by=None, why="paper")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("001188012345", "personal_number"),
        ("012345678", "cmnd"),
        ("C1234567", "passport"),
        ("12345678", "passport"),
        ("X123456789", "passport"),
    ],
)
def test_the_form_of_a_number_says_on_which_paper_it_stands(number, kind):
    document = CitizenFactory.create(id_number=number).documents.get()

    assert (document.kind, kind_of(number).value) == (kind, kind)
    assert document.country == ("" if kind == "passport" else "VN")
    assert (document.is_current, document.is_proven) == (True, True)


def test_the_new_card_leaves_the_old_one_standing_and_both_find_the_record():
    lan = with_number(CitizenFactory.create(id_number=OLD), NEW)

    assert held(lan) == [(OLD, False, True), (NEW, True, True)]
    assert Citizen.objects.numbered(OLD).get() == Citizen.objects.numbered(NEW).get() == lan


def test_a_number_that_was_a_mistake_identifies_nobody_any_more_and_is_kept():
    lan = with_number(CitizenFactory.create(id_number=OTHER), NEW)

    assert held(lan) == [(OTHER, False, False), (NEW, True, True)]
    assert not Citizen.objects.numbered(OTHER).exists()
    assert [one.id_number for one in lan.revisions.all()] == [OTHER, NEW]


def test_a_number_taken_back_stands_again_as_one_row():
    lan = with_number(with_number(CitizenFactory.create(id_number=OLD), NEW), OLD)

    assert held(lan) == [(OLD, True, True), (NEW, False, True)]
    assert lan.id_number == OLD


def test_a_number_that_is_removed_finds_nobody():
    lan = with_number(CitizenFactory.create(id_number=NEW), None)

    assert held(lan) == [(NEW, False, False)]
    assert not Citizen.objects.numbered(NEW).exists()


def test_a_number_that_a_stranger_typed_is_found_but_proves_nothing():
    started = actions.start_record(
        UserFactory.create(),
        full_name="Trần Văn Bình",
        date_of_birth=date(1975, 1, 2),
        id_number=NEW,
    ).citizen

    document = started.documents.get()
    assert (document.is_proven, document.source) == (False, "declared")
    assert list(Citizen.objects.numbered(NEW)) == [started]
    assert not Citizen.objects.proven_by_number(NEW).exists()
    assert CitizenFactory.create(id_number=NEW).pk


def test_a_number_is_proven_once_in_the_country_also_as_an_older_document():
    with_number(CitizenFactory.create(id_number=OLD), NEW)

    for number in (OLD, NEW):
        with pytest.raises(IntegrityError, match="document_proven_once"), transaction.atomic():
            CitizenFactory.create(id_number=number)


def test_many_citizens_at_once_get_their_documents():
    made = Citizen.objects.bulk_create(
        [*CitizenFactory.build_batch(3), CitizenFactory.build(id_number=None)]
    )

    assert [one.documents.count() for one in made] == [1, 1, 1, 0]


def test_a_document_of_a_merged_part_finds_the_part_and_separating_changes_nothing():
    kept, part = CitizenFactory.create(id_number=NEW), CitizenFactory.create(id_number=OLD)
    before = held(part)

    merging.merge(part, into=kept, by=None, why="one person")
    found = Citizen.objects.numbered(OLD).get()
    merging.separate(part, by=None, why="two people")

    assert (found, found.kept) == (part, kept)
    assert held(part) == before


@pytest.mark.parametrize(
    "typed", ["001 188 012 345", "001-188-012-345", "001188012345", "001.188.012.345"]
)
def test_a_number_is_found_however_it_is_typed(typed):
    assert not Citizen.objects.numbered(typed).exists()
    CitizenFactory.create(id_number=NEW)

    assert Citizen.objects.numbered(typed).count() == 1


@pytest.mark.parametrize("nothing", ["", None, "  ", "-"])
def test_no_number_finds_nobody(nothing):
    CitizenFactory.create(id_number=None)

    assert not Citizen.objects.numbered(nothing).exists()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM citizens_identitydocument",
        "UPDATE citizens_identitydocument SET number = 'g1:x'",
        "UPDATE citizens_identitydocument SET number_hash = 'x'",
        "UPDATE citizens_identitydocument SET ending_hash = 'x'",
        "UPDATE citizens_identitydocument SET added_at = now() - interval '1 day'",
        "UPDATE citizens_identitydocument SET citizen_id = (SELECT max(id) FROM citizens_citizen)",
    ],
)
def test_the_database_keeps_whose_number_it_was(change):
    CitizenFactory.create(id_number=NEW)
    CitizenFactory.create(id_number=None)

    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"kind": "cmnd", "country": ""}, "document_country"),
        ({"country": "Vn"}, "document_country"),
        (
            {"valid_from": date(2021, 5, 2), "valid_until": date(2021, 5, 1)},
            "document_valid_in_order",
        ),
        ({"is_current": True}, "document_one_current"),
        ({"number": NEW}, "document_once_per_citizen"),
    ],
)
def test_the_database_refuses_a_document_that_cannot_be(wrong, constraint):
    lan = CitizenFactory.create(id_number=NEW)
    values = {"citizen": lan, "kind": "passport", "country": "VN", "number": "C1234567", **wrong}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        IdentityDocument.objects.create(**values)


@pytest.mark.parametrize(
    ("ending", "finds"), [("2345", True), ("2346", False), ("188012345"[-4:], True)]
)
def test_a_number_is_found_by_its_last_four_digits(ending, finds):
    CitizenFactory.create(id_number=NEW)

    assert IdentityDocument.objects.ending_in(ending).exists() is finds
