"""The public coverage: published once a day, rounded, the same in page, CSV and JSON."""

import csv
import io
import json
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from citizens.models import Citizen
from organizations.models import Area
from public_statistics import coverage, coverage_page
from public_statistics.coverage import CoverageLine, rounded
from public_statistics.disclosure import SMALL
from public_statistics.models import PublishedCoverage
from reporting.measures import HERE
from tests.factories.citizens import CitizenFactory
from tests.uptake.given import DAY, give
from tests.world import World
from uptake.access import CoveragePlace
from uptake.daily import PlaceTotals
from uptake.fold import rebuild, update_sums
from uptake.models import Change, Course, DosesGiven, Population
from vaxreg import db_time

PAGES = ("/statistics/coverage/", "/statistics/coverage.json", "/statistics/coverage.csv")
HA_NOI = CoveragePlace("01/", "Thành phố Hà Nội", "01")
HUE = CoveragePlace("46/", "Tỉnh Thừa Thiên Huế", "46")
OCTOBER = date(2021, 10, 1)


def totals(place: CoveragePlace | None, *numbers: int, adults: int | None = None) -> PlaceTotals:
    return PlaceTotals(place, adults, *numbers)


def publish_autumn() -> None:
    """Publish the last day of September and the first three of October."""
    for number, day in enumerate(DAYS_OF_AUTUMN):
        lines = [
            totals(HA_NOI, 4_012_345 + 10_000 * number, 2_000_049, 7_000_050, adults=6_000_000),
            totals(HUE, 49 + number, 7, 149, adults=800_000),
            totals(None, 3, 2, 51),
        ]
        coverage.store(day, lines)


DAYS_OF_AUTUMN = [OCTOBER + timedelta(days=number) for number in range(-1, 3)]


def the_next_morning() -> AbstractContextManager[None]:
    return db_time.at(datetime(2021, 8, 3, 0, 30, tzinfo=HERE))


def lines_on(day: date) -> dict[str, CoverageLine]:
    found = coverage.lines_of(PublishedCoverage.objects.get(day=day))
    return {line.area_code or line.part: line for line in found}


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, 0), (1, 0), (9, 0), (49, 0), (50, 100), (149, 100), (150, 200), (4_012_345, 4_012_300)],
)
def test_a_number_is_rounded_to_the_nearest_hundred(number, told):
    assert rounded(number) == told


@settings(max_examples=300, deadline=None)
@any_of(st.integers(0, 5_000), st.integers(1, SMALL - 1))
def test_neither_a_small_number_nor_a_small_difference_of_days_can_be_told_from_a_larger_one(
    before, more
):
    """Whoever reads two days knows an interval: it is ten wide at least, and reaches ten."""
    then, now = rounded(before), rounded(before + more)
    every = range(max(0, then - coverage.ROUNDED_TO), then + coverage.ROUNDED_TO)
    starts = [number for number in every if rounded(number) == then]
    possible = {step for start in starts for step in range(250) if rounded(start + step) == now}

    assert max(possible) - min(possible) >= SMALL
    assert max(possible) >= SMALL
    small = [number for number in range(200) if rounded(number) == rounded(more)]
    assert max(small) >= SMALL
    assert len(small) >= SMALL


@settings(max_examples=50, deadline=None)
@any_of(st.lists(st.tuples(*[st.integers(0, 900)] * 3), min_size=1, max_size=8))
def test_the_country_is_the_sum_of_what_is_published_so_subtracting_gives_nothing_away(numbers):
    lines = [coverage._line(totals(HA_NOI, *three)) for three in numbers]

    whole = coverage._country(lines)

    for name in ("one_dose", "complete", "doses"):
        assert getattr(whole, name) == sum(getattr(line, name) for line in lines)
        assert all(getattr(line, name) % coverage.ROUNDED_TO == 0 for line in lines)


@pytest.fixture
def vaccinated(world: World) -> World:
    """Sixty adults of Hà Nội, each with a first dose on 1 August and a second one on the 2nd."""
    for _number in range(60):
        person = CitizenFactory.create(area=world.areas["buoi"], date_of_birth=date(1980, 1, 1))
        give(world, person, "PF", 0)
        give(world, person, "PF", 1)
    update_sums()
    return world


def adults_of_ha_noi(people: int) -> None:
    area = Area.objects.get(code="01")
    Population.objects.bulk_create(
        Population(area=area, band=band, people=people, source="Thử", as_of=DAY)
        for band in ("18-49", "50-64", "65+")
    )


def test_every_day_that_is_over_is_published_once(vaccinated):
    adults_of_ha_noi(100)
    with the_next_morning():
        first = coverage.publish()
        again = coverage.publish()

    assert (first, again) == ([DAY, DAY + timedelta(days=1)], [])
    one, two = lines_on(DAY)["01"], lines_on(DAY + timedelta(days=1))["01"]
    assert (one.adults, one.one_dose, one.complete, one.doses) == (300, 100, 0, 100)
    assert (two.one_dose, two.complete, two.doses) == (100, 100, 100)
    assert two.share_one_dose == pytest.approx(1 / 3)


def test_a_day_waits_until_everything_of_it_is_counted(vaccinated):
    Change.objects.create(
        citizen_id=Citizen.objects.first().pk, at=datetime(2021, 8, 2, 23, 59, tzinfo=HERE)
    )
    with the_next_morning():
        before = coverage.publish()
        update_sums()
        after = coverage.publish()

    assert (before, after) == ([DAY], [DAY + timedelta(days=1)])


def test_nothing_is_published_while_somebodys_doses_are_not_counted(vaccinated, caplog):
    """So are the courses after a migration: the doses are counted by a rebuild."""
    Course.objects.update(dose_days=None)
    DosesGiven.objects.all().delete()
    with the_next_morning():
        before = coverage.publish()
        rebuild()
        after = coverage.publish()

    assert before == []
    assert "rebuild_coverage" in caplog.text
    assert len(after) == 2
    assert lines_on(DAY)["country"].doses == 100


def test_children_count_in_the_doses_alone(world):
    for _number in range(60):
        child = CitizenFactory.create(area=world.areas["buoi"], date_of_birth=date(2008, 1, 1))
        give(world, child, "PF", 0)
    update_sums()
    with the_next_morning():
        coverage.publish()

    line = lines_on(DAY)["01"]
    assert (line.one_dose, line.complete, line.doses) == (0, 0, 100)


def test_who_lives_nowhere_known_has_a_line_of_their_own_and_the_lines_add_up(world):
    for area in ("buoi", None):
        for _number in range(60):
            give(world, CitizenFactory.create(area=area and world.areas[area]), "PF", 0)
    update_sums()
    with the_next_morning():
        coverage.publish()

    lines = lines_on(DAY)
    assert (lines["01"].one_dose, lines["no_province"].one_dose) == (100, 100)
    assert lines["country"].one_dose == 200


def test_a_dose_entered_late_changes_the_next_day_and_no_day_before(vaccinated):
    with the_next_morning():
        coverage.publish()
    before = lines_on(DAY)
    for _number in range(60):
        give(vaccinated, CitizenFactory.create(area=vaccinated.areas["buoi"]), "PF", 0)
    update_sums()
    with db_time.at(datetime(2021, 8, 4, 0, 30, tzinfo=HERE)):
        coverage.publish()

    assert lines_on(DAY) == before
    assert lines_on(date(2021, 8, 3))["01"].doses == 200


def test_the_first_publication_goes_back_to_the_first_dose_over_months(vaccinated):
    with db_time.at(datetime(2021, 10, 3, 9, tzinfo=HERE)):
        published = coverage.publish()

    assert published == [DAY + timedelta(days=number) for number in range(63)]
    assert coverage.months() == [date(2021, 10, 1), date(2021, 9, 1), date(2021, 8, 1)]
    assert lines_on(date(2021, 10, 2))["01"].doses == 100


def test_where_nobody_is_vaccinated_nothing_is_published(world):
    assert coverage.publish() == []


def test_the_database_refuses_to_change_or_delete_a_published_day(world):
    publish_autumn()

    for change in (
        lambda: PublishedCoverage.objects.update(lines=[]),
        lambda: PublishedCoverage.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_page_json_and_csv_say_the_same(world):
    publish_autumn()

    document = json.loads(Client().get("/statistics/coverage.json").content)
    rows = list(csv.DictReader(io.StringIO(Client().get(PAGES[2]).content.decode())))
    page = Client().get("/statistics/coverage/?lang=en").content.decode()

    lines = document["lines"]
    assert [list(one) for one in lines] == [list(coverage_page.FIELDS)] * 12
    written = [{k: "" if v is None else str(v) for k, v in one.items()} for one in lines]
    assert written == rows
    ha_noi = lines[-3]
    assert (ha_noi["area_code"], ha_noi["one_dose"], ha_noi["doses"]) == (
        "01",
        4_042_300,
        7_000_100,
    )
    assert (ha_noi["share_one_dose"], ha_noi["doses_that_day"]) == (0.6737, 0)
    assert "4,042,300" in page
    assert "67.3%" in page


def test_the_first_day_of_a_month_has_the_doses_of_the_day_too(world):
    publish_autumn()

    lines = json.loads(Client().get("/statistics/coverage.json?month=2021-10").content)["lines"]

    assert {line["day"] for line in lines} == {"2021-10-01", "2021-10-02", "2021-10-03"}
    assert {line["doses_that_day"] for line in lines} == {0}


def test_the_files_have_the_documented_columns():
    assert ",".join(coverage_page.FIELDS) == (
        "day,part,area_code,area_name,adults,one_dose,share_one_dose,complete,share_complete,"
        "doses,doses_that_day"
    )
    assert set(coverage_page.MEANINGS) == set(coverage_page.FIELDS)


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("", "03/10/2021"),
        ("&month=2021-09", "30/09/2021"),
        ("&month=2021-10", "03/10/2021"),
        ("&day=2021-10-01", "01/10/2021"),
        ("&day=2021-09-30", "30/09/2021"),
    ],
)
def test_the_page_shows_the_day_of_its_address_or_the_last_one(world, query, heading):
    publish_autumn()

    assert f"the end of {heading}" in Client().get(f"/statistics/coverage/?lang=en{query}").text


@pytest.mark.parametrize(
    "query",
    ["day=2021-10-04", "day=2021-08-31", "day=x", "month=2021-11", "month=2021-13", "day=x%00"],
)
def test_a_day_that_was_not_published_is_not_there(world, query):
    publish_autumn()

    for page in PAGES:
        if page == PAGES[0] or "2021-10-04" not in query:
            assert Client().get(f"{page}?{query}").status_code == 404


@pytest.mark.parametrize("address", PAGES)
def test_every_cache_may_keep_it_for_an_hour_and_an_empty_one_for_a_minute(world, address):
    empty = Client().get(address)
    publish_autumn()
    full = Client().get(address)

    assert (empty.status_code, full.status_code) == (200, 200)
    assert empty.headers["Cache-Control"] == "public, max-age=60"
    assert full.headers["Cache-Control"] == "public, max-age=3600"
    assert Client().get(address, headers={"if-none-match": full["ETag"]}).status_code == 304
    assert not full.cookies


def test_a_file_for_excel_has_titles_and_percentages_in_words(world):
    publish_autumn()

    text = Client().get("/statistics/coverage.csv?lang=en").content.decode("utf-8-sig")

    assert text.startswith("Day,Area code,Area,")
    assert "Whole country" in text


def test_a_page_of_all_provinces_is_light_and_costs_few_queries(
    world, django_assert_max_num_queries
):
    provinces = [CoveragePlace(f"{n}/", f"Thành phố thứ {n:>02}", f"{n:02}") for n in range(63)]
    for number in range(31):
        coverage.store(
            OCTOBER + timedelta(days=number),
            [totals(one, 4_000_000, 3_000_000, 8_888_888, adults=5_000_000) for one in provinces],
        )

    with django_assert_max_num_queries(4):
        page = Client().get("/statistics/coverage/")

    assert len(page.content) < 60_000
