"""Who knows the year of birth alone, or month and year, is found, compared and recognised by it."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import identity
from accounts.models import VerifiedIdentity
from api.serializers import FactsSerializer, RecordSerializer
from citizens import actions, facts, merging
from citizens.access import is_own_or_family
from citizens.models import Citizen
from corrections.prechecks.person import warnings_about_person
from hotline import search
from tests.conftest import SignIn
from tests.factories.accounts import UserFactory
from tests.factories.citizens import CitizenFactory
from tests.world import World
from vaxreg.typed.birth_dates import BirthDate

PHONE = "+84912345678"
NAME = "Lò Văn Pản"


def born(text: str) -> BirthDate:
    return BirthDate.fromisoformat(text)


def recorded(text: str, **more: Any) -> Citizen:
    return CitizenFactory.create(full_name=NAME, phone=PHONE, **born(text).columns, **more)


@pytest.mark.parametrize(
    ("on_record", "said", "opens"),
    [
        ("1950", "1950", True),
        ("1950", "1950-04-12", True),
        ("1950-04", "1950-04", True),
        ("1950-04", "1950", False),
        ("1950-04-12", "1950", False),
        ("1950-01-01", "1950", True),
        ("1950", "1951", False),
    ],
)
def test_a_record_opens_for_who_knows_as_much_as_it_says(
    db: None, on_record: str, said: str, opens: bool
):
    citizen, user = recorded(on_record), UserFactory.create(phone=PHONE)

    try:
        link = actions.open_record(user, full_name=NAME, date_of_birth=born(said))
    except actions.NoMatch:
        assert not opens
    else:
        assert opens
        assert link.citizen == citizen


@pytest.mark.parametrize("known", ["1950", "1950-04", "1950-04-12"])
def test_a_started_record_and_its_revision_keep_what_is_known(db: None, known: str):
    link = actions.start_record(UserFactory.create(), full_name=NAME, date_of_birth=born(known))

    fresh = Citizen.objects.get(pk=link.citizen.pk)
    assert fresh.born.isoformat() == known
    assert fresh.revisions.get().born.isoformat() == known


def test_a_correction_may_add_the_day_to_the_year(db: None):
    citizen = recorded("1950")

    fresh = actions.revise_identity(
        citizen, changes=facts.as_values({"date_of_birth": "1950-04-12"}), by=None, why="paper"
    )

    assert fresh.born.isoformat() == "1950-04-12"
    assert facts.facts_of(fresh)["date_of_birth"] == "1950-04-12"
    again = actions.revise_identity(
        fresh, changes=facts.as_values({"date_of_birth": "1950"}), by=None, why="paper"
    )
    assert again.born.isoformat() == "1950"


@pytest.mark.parametrize(
    ("first", "precision"),
    [("1950-04-12", "year"), ("1950-04-02", "month"), ("1950-04-01", "year")],
)
def test_the_database_keeps_the_first_day_of_what_is_known_in_part(
    db: None, first: str, precision: str
):
    with pytest.raises(IntegrityError, match="citizen_birth_precision"), transaction.atomic():
        CitizenFactory.create(date_of_birth=first, birth_precision=precision)


@pytest.mark.parametrize(
    ("of_nurse", "of_record", "own"),
    [
        ("1980-04-12", "1980-04-12", True),
        ("1980-04-12", "1980-04", True),
        ("1980-04-12", "1980", True),
        ("1980", "1980-04-12", True),
        ("1980-04", "1980-04-12", True),
        ("1980-04", "1980", True),
        ("1980", "1981", False),
        ("1980-04", "1980-05-01", False),
        ("1980-04-12", "1980-05", False),
    ],
)
def test_a_nurse_is_recognised_in_her_own_record_by_what_is_known_of_her_birth(
    db: None, of_nurse: str, of_record: str, own: bool
):
    nurse = UserFactory.create(staff=True, verified=False, full_name=NAME)
    identity.verify(
        nurse,
        id_number="001180000001",
        date_of_birth=born(of_nurse),
        proven_by=VerifiedIdentity.Proof.PAPER,
        by=None,
    )
    record = CitizenFactory.create(full_name=NAME, phone="", **born(of_record).columns)

    assert is_own_or_family(nurse, record) is own


def test_the_year_alone_confirms_an_identity_of_that_year_and_no_other(db: None):
    nurse = UserFactory.create(staff=True, verified=False)
    said: dict[str, Any] = {"id_number": "001180000001", "by": None}
    known = identity.confirm(nurse, date_of_birth=born("1980-04-12"), **said)

    assert identity.confirm(nurse, date_of_birth=born("1980"), **said) == known
    with pytest.raises(identity.AnotherIdentity):
        identity.confirm(nurse, date_of_birth=born("1981"), **said)


@pytest.mark.parametrize("said", ["1950", "1950-04", "1950-04-12"])
@pytest.mark.parametrize("on_record", ["1950", "1950-04", "1950-04-12"])
def test_the_other_record_of_a_person_is_found_by_what_may_be_the_same(
    db: None, said: str, on_record: str
):
    other = recorded(on_record)

    assert merging.find_others(
        CitizenFactory.create(), full_name=NAME, date_of_birth=born(said)
    ) == [other]


@pytest.mark.parametrize("typed", ["lo van pan 1950", "lo van pan 12/04/1950", "lo van pan 4/1950"])
@pytest.mark.parametrize("on_record", ["1950", "1950-04", "1950-04-12"])
def test_the_hotline_finds_a_person_by_what_is_known(world: World, typed: str, on_record: str):
    citizen = recorded(on_record)

    assert search.search(typed, by=world.user("mai")).citizens == [citizen.pk]


@pytest.mark.parametrize(
    ("said", "passes"), [("1950", True), ("1950-04-12", True), ("1951", False)]
)
def test_the_year_answers_where_no_more_is_on_record(world: World, said: str, passes: bool):
    citizen = recorded("1950", id_number="001050000001")
    answers = {"date_of_birth": born(said), "id_number": "001050000001"}

    assert search.check_caller(citizen, answers, by=world.user("mai")).passed is passes


@pytest.mark.parametrize(
    ("value", "stored"), [("1950", "1950"), ("1950-04", "1950-04"), ("1950-04-12", "1950-04-12")]
)
def test_facts_are_checked_and_shown_as_far_as_they_are_known(value: str, stored: str):
    assert facts.checked("date_of_birth", value, date(2026, 1, 1)) == stored
    assert facts.show("date_of_birth", value) == str(born(value))
    assert facts.masked("date_of_birth", value) == "**/**/1950"


@pytest.mark.parametrize("value", ["1899", "2999", "1950-13", "1950-02-30", "50", "1950-4"])
def test_impossible_facts_are_refused(value: str):
    with pytest.raises(ValueError, match=r"\w"):
        facts.checked("date_of_birth", value, date(2026, 1, 1))


def test_programs_read_and_write_what_is_known(db: None):
    citizen = recorded("1950-04")
    citizen.relation = "self"

    assert RecordSerializer(citizen).data["date_of_birth"] == "1950-04"
    sent = FactsSerializer(data={"date_of_birth": "1950"})
    assert sent.is_valid()
    assert sent.validated_data == {"date_of_birth": "1950"}
    assert not FactsSerializer(data={"date_of_birth": "12/04/1950"}).is_valid()


@pytest.mark.parametrize(
    ("on_record", "proposed", "unlike"),
    [
        ("1950", "1950-04-12", False),
        ("1950-04-12", "1950", False),
        ("1950-04", "1951-04-12", False),
        ("1950-04-12", "1951", True),
        ("1950-04-12", "1951-05-13", True),
        ("1950-04-12", "1951-12-04", False),
    ],
)
def test_a_precheck_compares_what_both_say(db: None, on_record: str, proposed: str, unlike: bool):
    citizen = recorded(on_record, id_number=None)

    found = warnings_about_person({"date_of_birth": proposed}, citizen)

    assert ("birth_date_unlike" in {str(one.code) for one in found}) is unlike
    assert all(one.sentence for one in found)


def test_a_year_in_the_future_is_refused_by_the_verbs_too(db: None):
    with pytest.raises(ValidationError):
        actions.start_record(UserFactory.create(), full_name=NAME, date_of_birth=born("2999"))


def test_the_pages_take_and_show_the_year_alone(world: World, as_citizen: SignIn):
    user = UserFactory.create(phone="+84904444444")
    client = as_citizen(user)

    client.post(
        "/record/start/",
        {
            "full_name": "K'Nam",
            "date_of_birth": "00/00/1950",
            "sex": "male",
            "id_number": "12345678",
            "province": "01",
            "nationality": "VN",
        },
    )
    page = client.get("/record/").content.decode()

    assert Citizen.objects.get(full_name="K'Nam").born.isoformat() == "1950"
    assert "1950" in page
    assert "01/01/1950" not in page
