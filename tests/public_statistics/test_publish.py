"""The public statistics: published once, whole months only, the same for everybody and cacheable."""

import csv
import io
import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from organizations.models import Area, Organization
from public_statistics import presentation, publish
from public_statistics.models import PublishedFigures
from reporting import daily_job
from reporting.measures import HERE
from tests.public_statistics.months import DAY, NOVEMBER, OCTOBER, close_month, count
from tests.reporting.caseload import write_case
from vaxreg import db_time

ADDRESSES = ("/statistics/", "/statistics/?lang=en", "/statistics.json", "/statistics.csv")


def line(code: str = "", part: str = "province") -> PublishedFigures:
    return PublishedFigures.objects.get(part=part, area_code=code)


def test_a_month_is_published_when_its_last_day_is_closed(october):
    close_month(OCTOBER, days=30)
    early = publish.publish()
    close_month(OCTOBER + 30 * DAY, days=1)

    assert early == []
    assert publish.publish() == [OCTOBER]


def test_it_is_published_once_and_never_changes(october, provinces):
    close_month(OCTOBER)
    publish.publish()
    before = list(PublishedFigures.objects.order_by("pk").values())
    count(provinces[0], OCTOBER + 5 * DAY, 500, 500, 500, 0)

    again = publish.publish()

    assert again == []
    assert list(PublishedFigures.objects.order_by("pk").values()) == before


def test_the_database_refuses_to_change_or_delete_what_was_published(october):
    close_month(OCTOBER)
    publish.publish()

    for change in (
        lambda: PublishedFigures.objects.update(missed=0),
        lambda: PublishedFigures.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_what_is_shown_adds_up_and_small_counts_are_not_there(october):
    close_month(OCTOBER)
    publish.publish()

    country = line(part="country")
    assert (country.received, country.decided) == (1_540, 1_510)
    assert (country.in_time, country.missed) == (1_229, 301)
    assert line("01").received == 400
    # Four and five missed are small. The hotline's twelve are not enough beside them: the hotline
    # knows its own, and would see that both others are small.
    hidden = PublishedFigures.objects.filter(missed=None, in_time=None)
    assert set(hidden.values_list("area_code", flat=True)) == {"48", "92", "31", ""}
    assert line("48").received == 80


def test_hours_are_published_only_where_ten_cases_lie_on_each_side(october):
    close_month(OCTOBER)
    publish.publish()

    assert line("01").median_hours is not None
    assert line("01").p90_hours is not None
    assert line("48").median_hours is not None
    assert line("48").p90_hours is None
    assert line(part="national_desks").median_hours is not None
    assert line(part="country").median_hours == Decimal("1.2")


def test_a_month_that_does_not_add_up_is_not_published(october, world, caplog):
    count(world.ministry, OCTOBER + 9 * DAY, 1, 0, 0, 0)
    close_month(OCTOBER)

    assert publish.publish() == []
    assert not PublishedFigures.objects.exists()
    assert "2026-10-01" in caplog.text


def test_a_province_without_a_case_has_a_line_of_zeros(world, provinces):
    close_month(OCTOBER)
    publish.publish()

    assert PublishedFigures.objects.filter(part="province").count() == len(provinces)
    assert (line("01").received, line("01").missed) == (0, 0)


def test_in_the_month_of_a_merger_a_province_counts_for_what_replaced_it(world, provinces):
    """The code of the old province may belong to another one by then."""
    old, new = provinces[1].area, provinces[2].area
    Area.objects.filter(pk=old.pk).update(valid_to=OCTOBER + 14 * DAY, replaced_by=new)
    Organization.objects.filter(pk=provinces[1].pk).update(closed_on=OCTOBER + 14 * DAY)
    for department, day in ((provinces[1], OCTOBER), (provinces[2], OCTOBER + 20 * DAY)):
        count(department, day, 50, 40, 40, 0)
        count(world.ministry, day, 50, 40, 40, 0)
    close_month(OCTOBER)

    publish.publish()

    assert not PublishedFigures.objects.filter(area_code=old.code).exists()
    assert (line(new.code).received, line(new.code).area_name) == (100, new.name)


def test_months_follow_each_other_without_a_gap(world, provinces):
    close_month(OCTOBER)
    close_month(NOVEMBER, days=30)

    assert publish.publish() == [OCTOBER, NOVEMBER]


def test_the_figures_of_real_cases_are_published(world):
    start = datetime(2026, 10, 5, 8, tzinfo=HERE)
    for number in range(30):
        write_case(world, world.buoi, start + timedelta(minutes=number), decided_at=start + DAY)
    with db_time.at(datetime(2026, 11, 1, 9, tzinfo=HERE)):
        daily_job.close_days()

        published = publish.publish()

    assert published == [OCTOBER]
    assert (line("01").received, line("01").in_time, line("01").missed) == (30, 30, 0)


@pytest.fixture
def published(october) -> None:
    close_month(OCTOBER)
    publish.publish()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_cache_may_keep_the_answer_whoever_asks(published, world, as_staff, address):
    nobody = Client().get(address)
    officer = as_staff(world.user("phuc")).get(address, headers={"accept-language": "en"})

    assert officer.content == nobody.content
    for answer in (nobody, officer):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=3600"
        assert "cookie" not in answer.headers.get("Vary", "").lower()
        assert not answer.cookies
        assert "nonce" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_it_already_gets_304(published, address):
    first = Client().get(address)

    by_tag = Client().get(address, headers={"if-none-match": first.headers["ETag"]})
    by_date = Client().get(address, headers={"if-modified-since": first.headers["Last-Modified"]})

    assert (by_tag.status_code, by_date.status_code) == (304, 304)


def test_the_address_names_the_language_and_no_cookie_does(published):
    client = Client()
    client.cookies["language"] = "en"

    vietnamese, english = client.get("/statistics/"), client.get("/statistics/?lang=en")

    assert "Thống kê công khai" in vietnamese.content.decode()
    assert "Public statistics" in english.content.decode()
    assert (vietnamese["Content-Language"], english["Content-Language"]) == ("vi", "en")


def test_a_month_that_was_not_published_is_not_there(published):
    assert Client().get("/statistics/?month=2026-10").status_code == 200
    for month in ("2026-09", "2026-13", "x"):
        answer = Client().get(f"/statistics/?month={month}")
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_says_so_while_nothing_is_published(world):
    answer = Client().get("/statistics/")

    assert "Chưa có tháng nào được công bố" in answer.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_looked_before_the_first_month_does_not_read_for_an_hour_that_there_is_none(
    world, address
):
    assert Client().get(address).headers["Cache-Control"] == "public, max-age=60"


def test_page_json_and_csv_say_the_same(published):
    page = Client().get("/statistics/?lang=en").content.decode()
    lines = json.loads(Client().get("/statistics.json").content)["lines"]
    rows = list(csv.DictReader(io.StringIO(Client().get("/statistics.csv").content.decode())))

    assert [list(one) for one in lines] == [list(presentation.FIELDS)] * len(lines)
    written = [{k: "" if v is None else str(v) for k, v in one.items()} for one in lines]
    assert written == rows
    assert lines[0]["part"] == "country"
    assert "1,229" in page
    assert page.count(">hidden<") >= 3


def test_the_files_have_the_documented_columns():
    assert ",".join(presentation.FIELDS) == (
        "month,part,area_code,area_name,received,decided,in_time,missed,"
        "share_in_time,median_hours,p90_hours"
    )
    assert set(presentation.MEANINGS) == set(presentation.FIELDS)


def test_other_pages_may_read_the_data(published):
    for address in ("/statistics.json", "/statistics.csv"):
        answer = Client().get(address)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_file_for_excel_has_vietnamese_titles_and_decimal_commas(published):
    text = Client().get("/statistics.csv?lang=vi").content.decode("utf-8-sig")

    assert text.startswith("Tháng,")
    assert '"1,2"' in text


def test_the_page_costs_the_same_number_of_queries_for_many_months(
    world, provinces, django_assert_max_num_queries
):
    close_month(OCTOBER)
    close_month(NOVEMBER, days=30)
    publish.publish()

    with django_assert_max_num_queries(5):
        Client().get("/statistics/")


def test_the_first_page_leads_there(db):
    assert 'href="/statistics/"' in Client().get("/").content.decode()
