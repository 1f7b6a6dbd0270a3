"""The page of coverage: whose it is, what it says, its files, its questions to the database."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from organizations.models import Area, Membership
from tests import world as worlds
from tests.conftest import SignIn
from tests.factories.citizens import CitizenFactory
from tests.pages import in_english, text_of
from tests.uptake.given import give
from tests.world import World
from uptake import access, reports
from uptake.fold import update_sums
from uptake.models import Band, Change, Measure, Population
from uptake.reports import CoverageFilters

pytestmark = pytest.mark.django_db


@pytest.fixture
def vaccinated(world: World) -> World:
    """Two people of Bưởi and one of Láng Thượng, one whose commune nobody knows."""
    world.areas["dong_da"] = Area.objects.get(code="006")
    for area in ("buoi", "buoi", "lang", "ha_noi"):
        give(world, CitizenFactory.create(area=world.areas[area]), "AZ", 0)
    give(world, CitizenFactory.create(area=world.areas["buoi"]), "JS", 40)
    update_sums()
    return world


def live(world: World, code: str, people: int) -> None:
    Population.objects.bulk_create(
        Population(
            area=Area.objects.get(code=code),
            band=band,
            people=people,
            source="Thử",
            as_of=date(2021, 1, 1),
        )
        for band in Band
    )


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_province_sees_its_figures_by_district_and_they_add_up(vaccinated, as_staff: SignIn):
    answer = as_staff(vaccinated.user("phuc")).get(reverse("coverage"))

    report = answer.context["report"]
    assert report.place.code == "01"
    assert {
        line.place.code if line.place else "": line.counts["one_dose"].people
        for line in report.parts
    } == {
        "003": 3,
        "006": 1,
        "": 1,
    }
    assert report.whole.counts["one_dose"].people == 5
    assert sum(line.counts["one_dose"].people for line in report.bands) == 5


def test_each_officer_sees_their_own_area(vaccinated, as_staff: SignIn):
    place = as_staff(vaccinated.user("duc")).get(reverse("coverage")).context["report"].place

    assert place.code == "006"


def test_the_ministry_sees_the_country_and_may_go_down(vaccinated, as_staff: SignIn):
    user = vaccinated.user("phuc")
    Membership.objects.create(user=user, organization=vaccinated.ministry, role="officer")
    client = as_staff(user)

    whole = client.get(reverse("coverage")).context["report"]
    below = client.get(reverse("coverage"), {"area": "003"}).context["report"]

    assert (whole.place.path, whole.whole.counts["one_dose"].people) == ("", 5)
    assert [line.place.code for line in whole.parts] == ["01"]
    assert below.whole.counts["one_dose"].people == 3


@pytest.mark.parametrize("area", ["006", "01", "00109", "99", "x" * 200])
def test_what_lies_outside_is_not_there(vaccinated, as_staff: SignIn, area):
    client = as_staff(vaccinated.user("huong"))

    for name in ("coverage", "coverage-csv", "coverage-xlsx", "api-coverage"):
        assert client.get(reverse(name), {"area": area}).status_code in (400, 404)


def test_an_officer_of_a_hospital_answers_for_no_area(vaccinated, as_staff: SignIn):
    user = vaccinated.user("minh")
    Membership.objects.create(user=user, organization=vaccinated.hospital, role="officer")

    assert as_staff(user).get(reverse("coverage")).status_code == 403


def test_an_officer_keeps_the_area_through_the_reform(vaccinated, as_staff: SignIn):
    new = worlds.area("30", "Mới", "Tỉnh Mới", "province")
    Area.objects.filter(code="01").update(valid_to=date(2025, 7, 1), replaced_by=new)

    report = as_staff(vaccinated.user("phuc")).get(reverse("coverage")).context["report"]

    assert report.place.code == "30"


def test_shares_stand_on_the_population_and_may_be_above_all(vaccinated, as_staff: SignIn):
    live(vaccinated, "003", 1)
    client = as_staff(vaccinated.user("huong"))

    page = client.get(reverse("coverage"))
    one_age = client.get(reverse("coverage"), {"band": Band.FROM_18})

    whole = page.context["report"].whole
    assert (whole.population, whole.counts["one_dose"].share) == (6, 0.5)
    assert one_age.context["report"].whole.counts["one_dose"].share == 3
    assert "300,0%" in text(one_age)
    assert one_age.context["report"].is_above_all
    Population.objects.update(people=100)
    assert not client.get(reverse("coverage")).context["report"].is_above_all


def test_without_a_population_people_are_counted_and_no_share_is_made_up(vaccinated):
    live(vaccinated, "003", 10)

    report = reports.coverage(
        access.CoveragePlace("01/", "Hà Nội", "01"), CoverageFilters(date(2022, 1, 1))
    )

    assert report.whole.population is None
    assert report.whole.counts["one_dose"].share is None
    assert report.lacks_population


def test_the_country_has_a_population_once_every_province_has(vaccinated):
    country = access.country()
    live(vaccinated, "01", 10)
    assert reports.coverage(country, CoverageFilters(date(2022, 1, 1))).whole.population == 60

    worlds.area("79", "Hồ Chí Minh", "Thành phố Hồ Chí Minh", "province")

    assert reports.coverage(country, CoverageFilters(date(2022, 1, 1))).whole.population is None


def test_the_population_follows_a_merged_province(vaccinated):
    old = worlds.area("30", "Hải Dương", "Tỉnh Hải Dương", "province")
    live(vaccinated, "01", 10)
    live(vaccinated, "30", 5)

    Area.objects.filter(pk=old.pk).update(
        valid_to=date(2025, 7, 1), replaced_by=vaccinated.areas["ha_noi"]
    )

    assert (
        reports.coverage(access.country(), CoverageFilters(date(2022, 1, 1))).whole.population == 90
    )


@pytest.mark.parametrize(
    ("day", "one_dose", "complete"),
    [
        (date(2021, 7, 31), 0, 0),
        (date(2021, 8, 1), 4, 0),
        (date(2021, 9, 9), 4, 0),
        (date(2021, 9, 10), 5, 1),
        (date(2021, 9, 30), 5, 1),
        (date(2022, 12, 31), 5, 1),
    ],
)
def test_a_day_is_counted_until_its_end(vaccinated, day, one_dose, complete):
    report = reports.coverage(access.country(), CoverageFilters(day))

    counts = report.whole.counts
    assert (counts["one_dose"].people, counts["complete"].people) == (one_dose, complete)


@pytest.mark.parametrize("period", [0, 30, 90])
@pytest.mark.parametrize("day", [date(2021, 8, 1), date(2021, 9, 10), date(2021, 11, 30)])
def test_the_development_ends_where_the_figures_stand(vaccinated, day, period):
    report = reports.coverage(access.country(), CoverageFilters(day, period=period))

    last = report.steps[-1]
    assert last.day == day
    for measure in Measure.values:
        assert last.total[measure] == report.whole.counts[measure].people
        if not period:
            assert sum(step.new[measure] for step in report.steps) == last.total[measure]


def test_what_came_before_the_period_is_in_its_totals_only(vaccinated):
    report = reports.coverage(access.country(), CoverageFilters(date(2021, 9, 15), period=30))

    first = report.steps[0]
    assert (first.day, first.new["one_dose"], first.total["one_dose"]) == (date(2021, 8, 17), 0, 4)
    assert [step.day for step in report.steps if step.new["one_dose"]] == [date(2021, 9, 10)]


def test_every_day_since_the_first_dose_is_in_the_file(vaccinated):
    days = reports.every_day(access.country(), CoverageFilters(date(2021, 9, 10)))

    assert (days[0].day, days[-1].day) == (date(2021, 3, 8), date(2021, 9, 10))
    assert days[-1].total["one_dose"] == 5


@pytest.mark.parametrize("wrong", [{"day": "32/1/2022"}, {"day": "1/1/2020"}, {"band": "7"}])
def test_a_wrong_filter_is_said_and_left_out(vaccinated, as_staff: SignIn, wrong):
    answer = as_staff(vaccinated.user("huong")).get(reverse("coverage"), wrong)

    assert answer.status_code == 422
    assert answer.context["report"].filters.day == timezone.localdate()
    assert answer.context["form"].errors.keys() == wrong.keys()


def test_filters_stay_in_the_links(vaccinated, as_staff: SignIn):
    answer = as_staff(vaccinated.user("phuc")).get(
        reverse("coverage"), {"day": "1/9/2021", "band": "18-49", "measure": "complete"}
    )

    row = answer.context["part_rows"][0]
    assert "day=01-09-2021" in row.url
    assert "band=18-49" in row.url
    assert "measure=complete" in row.url
    assert "area=00" in row.url


def test_before_anybody_was_counted_each_section_says_so(world: World, as_staff: SignIn):
    answer = as_staff(world.user("phuc")).get(reverse("coverage"))

    assert answer.status_code == 200
    assert text(answer).count('class="empty"') == 2


def test_files_have_the_figures_of_the_page_as_numbers(vaccinated, as_staff: SignIn):
    live(vaccinated, "003", 1)
    client = as_staff(vaccinated.user("phuc"))

    areas = client.get(reverse("coverage-csv")).content.decode("utf-8-sig")
    days = client.get(reverse("coverage-csv"), {"table": "days", "day": "10/9/2021"})
    sent = client.get(reverse("coverage-xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(sent.streaming_content)))

    assert '003,Quận Tây Hồ,6,3,"50,0%"' in areas
    assert days.content.decode("utf-8-sig").splitlines()[-1] == "2021-09-10,1,5,1,1,0,0"
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    district = next(row for row in rows if row[0] == "003")
    assert district == ["003", "Quận Tây Hồ", 6, 3, 0.5, 1, pytest.approx(1 / 6), 0, 0]
    assert len(book.worksheets) == 3
    assert client.get(reverse("coverage-csv"), {"table": "people"}).status_code == 404


def test_the_number_of_questions_does_not_depend_on_the_data(
    vaccinated, as_staff: SignIn, django_assert_max_num_queries
):
    client = as_staff(vaccinated.user("phuc"))
    client.get(reverse("coverage"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("coverage"))
    for number in range(20):
        area = worlds.area(
            f"9{number:02}", "Mới", "Quận Mới", "district", vaccinated.areas["ha_noi"]
        )
        give(vaccinated, CitizenFactory.create(area=area), "JS", number)
        live(vaccinated, area.code, 100)
    update_sums()

    with django_assert_max_num_queries(len(few)):
        client.get(reverse("coverage"))


def test_figures_are_as_of_the_oldest_change_that_waits(vaccinated):
    assert reports.as_of() == pytest.approx(timezone.now(), abs=timedelta(minutes=1))
    Change.objects.create(at=timezone.now() - timedelta(hours=3))
    give(vaccinated, CitizenFactory.create(), "AZ", 3)

    waiting = reports.as_of()
    update_sums()

    assert waiting == pytest.approx(timezone.now() - timedelta(hours=3), abs=timedelta(minutes=1))
    assert reports.as_of() > waiting + timedelta(hours=2)


def test_programs_get_the_same_figures(vaccinated, as_staff: SignIn):
    live(vaccinated, "003", 1)

    answer = as_staff(vaccinated.user("phuc")).get(
        reverse("api-coverage"), {"day": "2021-09-10", "area": "003"}
    )

    said = answer.json()
    assert said["day"] == "2021-09-10"
    assert (said["whole"]["area"], said["whole"]["one_dose"]) == (
        "003",
        {"people": 3, "share": 0.5},
    )
    assert said["parts"] == []
    assert [line["band"] for line in said["bands"]] == list(Band.values)


@pytest.mark.parametrize("wrong", [{"day": "2020-01-01"}, {"day": "x"}, {"band": "7"}])
def test_programs_are_told_what_is_wrong(vaccinated, as_staff: SignIn, wrong):
    answer = as_staff(vaccinated.user("phuc")).get(reverse("api-coverage"), wrong)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == next(iter(wrong))


def test_a_district_sees_its_communes_until_today_and_the_end_of_a_month(
    vaccinated, as_staff: SignIn
):
    place = access.CoveragePlace("01/003/", "Quận Tây Hồ", "003")

    today = reports.coverage(place, CoverageFilters(timezone.localdate()))
    month = reports.coverage(place, CoverageFilters(date(2021, 8, 31)))
    page = as_staff(vaccinated.user("huong")).get(reverse("coverage"))

    def people(report: reports.Coverage) -> dict[str, int]:
        return {
            line.place.name: line.counts["one_dose"].people for line in report.parts if line.place
        }

    assert people(today) == {"Phường Bưởi": 3, "Phường Quảng An": 0}
    # One of them had the first dose forty days later.
    assert people(month) == {"Phường Bưởi": 2, "Phường Quảng An": 0}
    assert [bar.label for bar in page.context["bars"].rows] == ["Phường Bưởi"]
    assert page.context["bars"].rows[0].href == ""


@pytest.mark.parametrize("query", ["day=15-08-2021", "band=18-49", "band=5-11&day=31-08-2021"])
def test_communes_are_left_out_where_their_sums_would_be_untrue(
    vaccinated, as_staff: SignIn, query: str
):
    client = as_staff(vaccinated.user("huong"))
    client.cookies["language"] = "en"

    page = client.get(f"{reverse('coverage')}?{query}")

    assert page.context["report"].parts == []
    assert "Communes are counted for all ages together" in text(page)


def test_a_commune_has_a_share_once_its_population_is_loaded(vaccinated):
    live(vaccinated, "00109", 10)
    place = access.CoveragePlace("01/003/", "Quận Tây Hồ", "003")

    report = reports.coverage(place, CoverageFilters(timezone.localdate()))

    shares = {line.place.name: line.counts["one_dose"].share for line in report.parts if line.place}
    assert shares == {"Phường Bưởi": 3 / 60, "Phường Quảng An": None}


def test_the_ages_are_bars_of_shares_or_else_of_people(vaccinated, as_staff: SignIn):
    client = as_staff(vaccinated.user("huong"))
    without = client.get(reverse("coverage")).context["band_bars"]
    live(vaccinated, "003", 100)
    known = client.get(reverse("coverage")).context["band_bars"]

    assert len(without.rows) == len(known.rows) == len(Band)
    assert (without.is_share, known.is_share) == (False, True)
    assert max(bar.value for bar in without.rows) == 3
    assert max(bar.value for bar in known.rows) == 3.0


def test_the_areas_of_a_place_lead_on_to_the_next_ones(vaccinated, as_staff: SignIn, monkeypatch):
    monkeypatch.setattr("uptake.views.PARTS", 1)
    phuc = in_english(as_staff(vaccinated.user("phuc")))

    first = phuc.get("/coverage/")
    following = phuc.get(first.context["parts_after"])

    assert "Areas 1–1 of" in text_of(first)
    assert f'href="{escape(first.context["parts_after"])}#areas"' in first.content.decode()
    assert len(following.context["part_rows"]) == 1
    assert following.context["part_rows"] != first.context["part_rows"]
    assert "Previous areas" in text_of(following)
