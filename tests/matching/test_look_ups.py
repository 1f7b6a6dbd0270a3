"""Records that may be a person's, found while somebody types."""

from datetime import date

import pytest
from django.db import connection

from matching import writing
from matching.features import PersonFacts
from matching.online import likely_of_many, likely_records
from tests.matching.people import citizen, person
from vaxreg.typed.birth_dates import BirthDate

pytestmark = pytest.mark.django_db


@pytest.fixture
def hers():
    made = citizen()
    writing.write([made])
    return made


def found(**other):
    return [one.citizen for one in likely_records(person(**other))]


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"full_name": "Tran Thi Hoai Thuong", "phones": []},
        {"full_name": "Thương Trần Thị Hoài", "numbers": []},
        {"full_name": "Trần Thị Hoài Thươgn"},
        {"born": BirthDate(date(1978, 4, 23))},
        {"born": BirthDate(date(1987, 1, 1), "year"), "phones": []},
        {"born": BirthDate(date(1987, 4, 1), "month"), "numbers": []},
        {"numbers": ["038187004771"], "phones": []},
        {"numbers": ["03818700471"], "phones": []},
        {"numbers": ["187123456"]},
        {"sex": "unknown", "phones": ["+84987654321"]},
    ],
)
def test_her_record_is_found_whatever_one_slip_there_is(hers, typed):
    assert found(**typed) == [hers.pk]


def test_many_people_are_looked_up_at_once_with_the_same_result(hers):
    asked = [
        person(),
        person(full_name="Nguyễn Văn Nam", born=BirthDate(date(1950, 1, 2)), numbers=[], phones=[]),
        PersonFacts(),
        person(full_name="Tran Thi Hoai Thuong", phones=[]),
        person(born=BirthDate(date(1987, 1, 1), "year"), phones=[]),
        person(full_name="Trần Văn Hùng", sex="male", numbers=["038087004714"]),
    ]

    one_by_one = [[one.citizen for one in likely_records(facts)] for facts in asked]
    assert likely_of_many(asked) == one_by_one
    assert [hers.pk] in one_by_one
    assert [] in one_by_one
    assert likely_of_many([]) == []


@pytest.mark.parametrize(
    "twin",
    [
        {"full_name": "Trần Thị Hoài Thu", "numbers": ["038187004712"]},
        {"full_name": "Trần Thị Hoài Hương", "numbers": ["038187004713"]},
        {"full_name": "Trần Văn Hùng", "sex": "male", "numbers": ["038087004714"]},
    ],
)
def test_her_twin_is_not_taken_for_her(hers, twin):
    likely = likely_records(person(**twin), least=-50)

    assert [one.citizen for one in likely] == [hers.pk]
    assert likely[0].weight < 5


def test_without_facts_nobody_is_found(hers):
    assert likely_records(PersonFacts()) == []


def test_a_number_alone_finds_the_record_and_the_near_one(hers):
    typed = [PersonFacts(numbers=[number]) for number in ("038187004711", "038187004771")]

    assert [[one.citizen for one in likely_records(facts)] for facts in typed] == [[hers.pk]] * 2


def test_a_year_alone_agrees_with_any_day_of_it_and_with_no_more_than_the_year(hers):
    levels = [
        likely_records(person(born=born), least=-50)[0].evidence["born"][0]
        for born in (
            BirthDate(date(1987, 1, 1), "year"),
            BirthDate(date(1987, 4, 1), "month"),
            BirthDate(date(1987, 4, 23)),
            BirthDate(date(1986, 1, 1), "year"),
        )
    ]

    assert levels == ["year", "month", "equal", "differs"]


def test_a_part_of_a_merged_record_leads_to_the_kept_one():
    kept = citizen(full_name="Trần Thị Thương", id_number=None, phone="")
    part = citizen(merged_into=kept)
    writing.write([kept, part])

    assert found() == [kept.pk]
    assert likely_records(person(), without=kept.pk) == []


def test_a_record_is_found_while_a_key_is_replaced(hers, settings):
    settings.FIELD_KEYS = ["a key that is new", *settings.FIELD_KEYS]

    assert likely_records(person())[0].evidence["number"][0] == "equal"


def test_a_look_up_asks_three_times(hers, django_assert_num_queries):
    likely_records(person())

    # Without a run: the model in use, the number of people, the query itself.
    with django_assert_num_queries(3):
        likely_records(person())


def test_a_second_look_up_is_not_planned_again(hers, django_assert_num_queries):
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        assert found() == found() == [hers.pk]

        cursor.execute("SELECT statement, custom_plans + generic_plans FROM pg_prepared_statements")
        [(statement, planned)] = cursor.fetchall()
    assert "matching_sharing" in statement
    assert planned == 2
    # Whoever counts queries sees it: the model, the size of the registry, the look-up.
    with django_assert_num_queries(3):
        found()
