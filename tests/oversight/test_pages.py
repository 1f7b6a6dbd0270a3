"""What a health officer sees: the report, its CSV, a site, a case, and nothing of other districts."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citizens.models import RecordVisit
from corrections import actions
from corrections.models import Correction
from corrections.sweep import sweep
from reporting import compute, daily_job
from tests.conftest import SignIn
from tests.factories.citizens import RecordLinkFactory
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case, write_caseload
from tests.world import LONG_AGO, World
from vaxreg import db_time
from vaxreg.spreadsheets import writing

HOUR = timedelta(hours=1)


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


@pytest.fixture
def late(world: World) -> Correction:
    return write_case(world, world.buoi, db_time.now() - 60 * HOUR)


def rows_of(response: Any) -> list[dict[str, str]]:
    text = response.content.decode()
    assert text.startswith(writing.BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(writing.BYTE_ORDER_MARK))))


def test_the_report_says_in_one_sentence_how_much_is_late_and_where(world: World, huong: Client):
    for holder in (world.buoi, world.buoi, world.quang_an):
        write_case(world, holder, db_time.now() - 60 * HOUR)

    page = huong.get("/oversight/")

    assert page.status_code == 200
    assert (
        "3 cases are overdue at 2 organizations; Trạm Y tế Phường Bưởi has 2 of them."
        in text_of(page)
    )


def test_the_report_speaks_vietnamese_by_default(world: World, as_staff: SignIn, late: Correction):
    page = as_staff(world.user("huong")).get("/oversight/")

    assert "1 đề xuất quá hạn, tất cả tại Trạm Y tế Phường Bưởi." in text_of(page)


def test_an_area_without_anything_overdue_reads_so(world: World, huong: Client):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR, decided_at=db_time.now() - HOUR)
    sweep()
    daily_job.refresh()

    text = text_of(huong.get("/oversight/"))

    assert "Nothing is overdue." in text


def test_the_page_and_the_csv_tell_the_same_numbers(world: World, huong: Client):
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 80)
    sweep()
    daily_job.refresh()

    with db_time.at(db_time.now()):
        report = huong.get("/oversight/").context["report"]
        rows = rows_of(huong.get("/oversight/report/organizations.csv"))

    assert [row["Code"] for row in rows] == [row.organization.code for row in report.busy_rows]
    for written, row in zip(rows, report.busy_rows, strict=True):
        assert int(written["Overdue"]) == row.queue.overdue
        assert int(written["Open"]) == row.queue.open
        assert int(written["Due within 12 hours"]) == row.queue.soon
        assert int(written["Overdue: over 3 days"]) == row.queue.late_longer
        assert int(written["Deadlines missed"]) == row.figures.missed
        hours = written["Median hours"]
        assert (float(hours) if hours else None) == row.figures.median_hours


def test_vietnamese_numbers_in_the_csv_have_a_decimal_comma(
    world: World, as_staff: SignIn, late: Correction
):
    now = db_time.now()
    write_case(world, world.buoi, now - 21.4 * HOUR, decided_at=now)
    with db_time.at(now + HOUR / 60):
        daily_job.refresh()

    [first, *_] = rows_of(as_staff(world.user("huong")).get("/oversight/report/organizations.csv"))

    assert first["Số giờ giữa"] == "21,4"


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+84",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20a",
    ],
)
def test_no_cell_of_an_export_runs_as_a_formula(
    world: World, huong: Client, late: Correction, name: str
):
    world.buoi.name = name
    world.buoi.code = name
    world.buoi.save()

    rows = rows_of(huong.get("/oversight/report/organizations.csv"))

    cells = [cell for row in rows for cell in row.values()]
    assert not [
        cell
        for cell in cells
        if cell.lstrip()[:1] in set("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
        if cell
    ]


def test_a_csv_is_not_sent_half(huong: Client, late: Correction, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(compute, "_days", lambda *_: 1 / 0)

    assert huong.get("/oversight/report/organizations.csv").status_code == 503


@pytest.mark.parametrize("section", ["_queue", "_days", "_reminded"])
def test_a_part_that_fails_says_so_and_the_page_stays(
    world: World,
    huong: Client,
    late: Correction,
    monkeypatch: pytest.MonkeyPatch,
    section: str,
):
    monkeypatch.setattr(compute, section, lambda *_: 1 / 0)

    report = huong.get("/oversight/")
    site = huong.get(reverse("oversight-site", args=[world.buoi.public_id]))

    assert report.status_code == site.status_code == 200
    if section != "_reminded":
        assert "This part could not be loaded." in text_of(report)


def test_pages_take_as_many_queries_for_many_cases_as_for_few(world: World, huong: Client):
    write_caseload(world, [world.buoi], 12)
    urls = [
        "/oversight/",
        "/oversight/report/organizations.csv",
        "/oversight/cases/?tab=open",
        reverse("oversight-site", args=[world.buoi.public_id]) + "?tab=open",
    ]
    few = [queries(huong, url) for url in urls]
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho], 60, seed=5)

    many = [queries(huong, url) for url in urls]

    assert few == many
    # Two of them are the limits of the transaction in which the page is made.
    assert max(many) <= 62


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_an_officer_of_another_district_finds_nothing(
    world: World, as_staff: SignIn, late: Correction
):
    duc = as_staff(world.user("duc"))
    case = late.reference
    site = world.buoi.public_id

    answers = [
        duc.get(f"/oversight/cases/{case}/"),
        duc.get(f"/oversight/cases/{case}/remind/"),
        duc.post(f"/oversight/cases/{case}/remind/"),
        duc.get(f"/oversight/cases/{case}/reassign/"),
        duc.post(f"/oversight/cases/{case}/take-over/", {"reason": "x", "version": 1}),
        duc.get(f"/oversight/sites/{site}/"),
        duc.post(f"/oversight/sites/{site}/remind/"),
        duc.get(f"/oversight/?under={site}"),
        duc.get(f"/oversight/report/organizations.csv?under={site}"),
        duc.get("/oversight/?under=nonsense"),
        duc.get("/oversight/cases/?tab=nonsense"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert late.citizen.full_name not in text_of(duc.get("/oversight/cases/?tab=overdue"))


@pytest.mark.parametrize("who", ["minh", "mai"])
def test_staff_who_are_no_officers_read_that_these_pages_are_not_theirs(
    world: World, as_staff: SignIn, late: Correction, who: str
):
    page = in_english(as_staff(world.user(who))).get(f"/oversight/cases/{late.reference}/")

    assert page.status_code == 403
    assert "These pages are for health officers." in text_of(page)


def test_a_citizen_is_led_to_the_sign_in_of_staff(world: World, as_citizen: SignIn):
    answer = as_citizen(world.user("lan")).get("/oversight/")

    assert answer.status_code == 302
    assert "/staff/sign-in/" in answer.headers["Location"]


def test_a_province_reaches_a_case_of_its_district(
    world: World, as_staff: SignIn, late: Correction
):
    phuc = as_staff(world.user("phuc"))

    assert phuc.get(f"/oversight/cases/{late.reference}/").status_code == 200
    narrowed = phuc.get(f"/oversight/?under={world.tay_ho.public_id}")
    assert [row.organization for row in narrowed.context["report"].late_rows] == [world.buoi]


def test_the_site_page_says_whom_to_call_and_when_they_last_signed_in(
    world: World, huong: Client, late: Correction
):
    minh = world.user("minh")
    minh.last_login = datetime.fromisoformat("2026-11-20T08:05:00+07:00")
    minh.save()

    text = text_of(huong.get(reverse("oversight-site", args=[world.buoi.public_id])))

    assert "Show the phone number" in text
    assert "Phạm Thị Minh" in text
    assert "last signed in at 08:05 20/11/2026" in text


def test_a_site_without_staff_is_shown_as_such(world: World, huong: Client):
    text = text_of(huong.get(reverse("oversight-site", args=[world.quang_an.public_id])))

    assert "Nobody works here at present." in text


def test_opening_a_case_is_noted_in_the_citizens_record(
    world: World, huong: Client, late: Correction
):
    huong.get(f"/oversight/cases/{late.reference}/")

    visit = RecordVisit.objects.get(citizen=late.citizen)
    assert visit.user == world.user("huong")
    assert visit.why == RecordVisit.Why.OVERSIGHT
    assert visit.organization == world.tay_ho


def test_a_case_shows_its_history_with_persons_and_who_held_it(
    world: World, huong: Client, late: Correction
):
    sweep()
    actions.remind(late, by=world.user("huong"), remark="Xử lý trong sáng nay")

    text = text_of(huong.get(f"/oversight/cases/{late.reference}/"))

    assert "Đỗ Thu Hương" in text
    assert "Xử lý trong sáng nay" in text
    assert "Not answered within 48 hours" in text
    assert "Time since filing 60 h 00 min" in text


def test_a_case_of_ones_own_family_has_no_buttons_but_words(
    world: World, huong: Client, late: Correction
):
    RecordLinkFactory.create(
        relative=True,
        user=world.user("huong"),
        citizen=late.citizen,
        since=db_time.now() - LONG_AGO,
    )

    page = huong.get(f"/oversight/cases/{late.reference}/")
    step = huong.post(f"/oversight/cases/{late.reference}/remind/")

    assert "about you or your family" in text_of(page)
    assert "/remind/" not in page.content.decode()
    assert step.status_code == 403
    assert late.events.filter(step="remind").count() == 0


def test_a_decided_case_says_by_whom_and_offers_nothing(world: World, huong: Client):
    case = write_case(world, world.buoi, db_time.now() - 60 * HOUR, decided_at=db_time.now() - HOUR)

    page = huong.get(f"/oversight/cases/{case.reference}/")

    assert "Decided by Trạm Y tế Phường Bưởi" in text_of(page)
    assert "/take-over/" not in page.content.decode()


def test_a_missed_case_that_left_the_area_is_listed_without_its_person(
    world: World, huong: Client, late: Correction
):
    sweep()
    actions.reassign(late, by=world.user("phuc"), to=world.lang_thuong, reason="Nơi tiêm thật.")
    daily_job.refresh()

    page = huong.get("/oversight/cases/?tab=missed")

    assert [line.may_open for line in page.context["page"].lines] == [False]
    assert late.citizen.full_name not in text_of(page)
    assert late.reference in text_of(page)
