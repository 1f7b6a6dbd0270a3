"""The report pages of three levels: what adds up, what is compared, what is narrowed, what fails."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from openpyxl import load_workbook

from corrections import actions
from corrections.sweep import sweep
from organizations.models import Area, Organization
from oversight.report import comparison, province_tiles, tile_map, words
from oversight.report.address import Address
from reporting import compute, daily_job
from reporting.report import Figures, Filters, OpenCases, Report, ReportRow
from tests.conftest import SignIn
from tests.oversight.officers import clients, count_all
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case, write_caseload
from tests.world import World
from vaxreg import db_time
from vaxreg.spreadsheets.writing import BYTE_ORDER_MARK

HOUR = timedelta(hours=1)
MOMENT = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


@pytest.fixture
def english() -> Iterator[None]:
    with override("en"):
        yield


def a_row(code: str, name: str, **changed: object) -> ReportRow:
    """Make a line of a province that is in no database."""
    organization = Organization(
        code=f"SYT-{code}",
        name=f"Sở Y tế {name}",
        kind=Organization.Kind.PROVINCIAL_DEPARTMENT,
        search_name=name.lower(),
        area=Area(code=code, name=name, level="province"),
    )
    return ReportRow(organization, **{"is_part": True, **changed})


def a_report(rows: list[ReportRow]) -> Report:
    return Report(MOMENT, MOMENT, Filters(), rows, ReportRow(None), [])


@pytest.mark.parametrize(("who", "below"), [("phuc", "huong"), ("an", "phuc")])
def test_the_figures_of_a_level_are_the_sums_of_the_next(
    world: World, as_staff: SignIn, who: str, below: str
):
    desks = [world.buoi, world.quang_an, world.lang_thuong, world.hospital, world.so_y_te]
    write_caseload(world, desks, 40)
    count_all()
    officers = clients(world, as_staff)

    with db_time.at(db_time.now()):
        upper = officers[who].get("/oversight/").context["report"]
        lower = officers[below].get("/oversight/").context["report"]

    part = next(row for row in upper.rows if row.organization == lower.total.organization)
    for of in ("open", "soon", "overdue", "late_longer"):
        assert getattr(part.queue, of) == sum(getattr(row.queue, of) for row in lower.rows)
        assert getattr(upper.total.queue, of) == sum(getattr(row.queue, of) for row in upper.rows)
    for of in ("opened", "decided", "in_time", "missed", "undone"):
        assert getattr(part.figures, of) == sum(getattr(row.figures, of) for row in lower.rows)
        assert getattr(part.figures, of) == getattr(lower.total.figures, of)
    assert upper.total.queue.overdue > 0


def test_the_total_stands_below_the_rows(world: World, huong: Client):
    for holder in (world.buoi, world.buoi, world.quang_an):
        write_case(world, holder, db_time.now() - 60 * HOUR)

    page = huong.get("/oversight/report/overdue/")

    with override("en"):
        foot = page.context["part"].table.foot
    assert [cell.text for _column, cell in foot] == ["Total", "3", "3", "0", "0"]
    assert "Total 3 3 0 0" in text_of(page)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (9, 1, "8 more than a week ago."),
        (1, 9, "8 fewer than a week ago."),
        (4, 4, "As many as a week ago."),
        (4, None, "No figure for a week ago."),
    ],
)
def test_a_number_is_told_against_last_week(english, now: int, before: int | None, said: str):
    assert words.than_a_week_ago(now, before) == said


@pytest.mark.parametrize(
    ("now", "before", "days", "said"),
    [
        (20.0, 22.1, 7, "2.1 hours faster than the week before."),
        (22.1, 20.0, 14, "2.1 hours slower than the 14 days before."),
        (20.0, 20.0, 7, "As fast as the week before."),
        (20.0, None, 7, "No figure for the week before."),
        (None, 20.0, 7, "No figure for the week before."),
    ],
)
def test_a_length_of_time_is_told_against_the_time_before(english, now, before, days, said):
    assert words.hours_against(now, before, days) == said


def test_a_share_is_told_in_the_points_that_both_numbers_show(english):
    assert words.share_against(0.914, 0.892, 7) == "2 points better than the week before."
    assert words.share_against(0.5, 0.5, 7) == "The same as the week before."
    assert words.share_against(0.5, 0.6, 28) == "10 points worse than the 28 days before."


def test_every_province_has_a_tile_of_its_own_on_a_grid_that_fits_a_phone():
    places = list(province_tiles.TILES.values())

    assert len(places) == len(set(places)) == 63
    assert {column for column, _row in places} == set(range(1, province_tiles.COLUMNS + 1))
    assert {row for _column, row in places} == set(range(1, province_tiles.ROWS + 1))


def test_the_34_provinces_of_2025_find_a_tile_too():
    codes = [
        "01",
        "04",
        "08",
        "11",
        "12",
        "14",
        "15",
        "19",
        "20",
        "22",
        "24",
        "25",
        "31",
        "33",
        "37",
        "38",
        "40",
        "42",
        "44",
        "46",
        "48",
        "51",
        "52",
        "56",
        "66",
        "68",
        "75",
        "79",
        "80",
        "82",
        "86",
        "91",
        "92",
        "96",
    ]

    assert len(codes) == 34
    assert set(codes) <= set(province_tiles.TILES)


def test_a_province_that_the_map_does_not_know_is_listed_beside_it(english, monkeypatch):
    monkeypatch.setattr(tile_map, "prefetch_related_objects", lambda *_: None)
    rows = [a_row(code, f"Tỉnh {code}") for code in (*list(province_tiles.TILES)[:12], "99")]

    drawn = tile_map.province_map(a_report(rows), Address(Filters()))

    assert drawn is not None
    assert len(drawn.tiles) == 12
    assert [tile.name for tile in drawn.others] == ["Tỉnh 99"]


def test_a_tile_shows_the_counts_where_a_share_would_say_too_much(english, monkeypatch):
    monkeypatch.setattr(tile_map, "prefetch_related_objects", lambda *_: None)
    rows = [a_row(code, f"Tỉnh {code}") for code in list(province_tiles.TILES)[:10]]
    few = a_row("92", "Cần Thơ", queue=OpenCases(open=5, overdue=3))
    many = a_row("79", "Hồ Chí Minh", queue=OpenCases(open=50, overdue=30))

    drawn = tile_map.province_map(a_report([*rows, few, many]), Address(Filters()))

    tiles = {tile.name: tile for tile in drawn.tiles}
    assert (tiles["Cần Thơ"].value, tiles["Cần Thơ"].level) == ("3/5", 0)
    assert (tiles["Hồ Chí Minh"].value, tiles["Hồ Chí Minh"].level) == ("60%", 5)


def test_the_league_puts_last_what_is_too_little_to_compare():
    bad = a_row("01", "An", figures=Figures(in_time=50, held_missed=50, decided=100))
    good = a_row("02", "Bình", figures=Figures(in_time=99, held_missed=1, decided=100))
    tiny = a_row("04", "Cao", figures=Figures(in_time=0, held_missed=3, decided=3))

    worst_first = comparison.ranked([tiny, good, bad], comparison.Order("in_time", False))
    best_first = comparison.ranked([tiny, good, bad], comparison.Order("in_time", True))

    assert worst_first == [bad, good, tiny]
    assert best_first == [good, bad, tiny]


def test_the_league_shows_the_counts_that_a_share_stands_on(english):
    row = a_row("01", "An", figures=Figures(in_time=912, held_missed=122, decided=1000, undone=20))

    [line] = comparison.table(a_report([row]), Address(Filters())).lines

    cells = {column.title: cell for column, cell in line}
    assert cells["Answered in time"].text == "88%"
    assert cells["Answered in time"].note == "912 of 1,034"
    assert cells["Overturned or reopened"].note == "20 of 1,000"


def test_a_heading_of_the_league_turns_its_order_round(english):
    first = comparison.table(a_report([]), Address(Filters())).head
    turned = comparison.table(a_report([]), Address(Filters(), sort="-median")).head

    by_title = {column.title: column for column in first}
    assert by_title["Answered in time"].sorted == "ascending"
    assert "sort=-in_time" in by_title["Answered in time"].sort
    assert "sort=-median" in by_title["Median hours"].sort
    assert {column.title: column for column in turned}["Median hours"].sorted == "descending"


def test_filters_stand_in_the_address_and_can_be_taken_away_one_by_one(world: World, huong: Client):
    page = huong.get("/oversight/?days=14&kind=identity&by=giver&commune=00109")

    filters = page.context["report"].filters
    assert (filters.days, filters.kind, filters.by) == (14, "identity", "giver")
    assert [area.name for area in filters.communes] == ["Bưởi"]
    hrefs = {chip.label: chip.href for chip in page.context["chips"]}
    assert hrefs["Phường Bưởi"] == "/oversight/?days=14&kind=identity&by=giver"
    assert hrefs["Wrong personal details"] == "/oversight/?days=14&commune=00109&by=giver"


@pytest.mark.parametrize(
    "query", ["days=abc", "kind=nonsense", "by=nobody", "commune=99999", "days=9999999999999999999"]
)
def test_a_filter_that_cannot_be_understood_is_left_out_and_named(huong: Client, query: str):
    page = huong.get(f"/oversight/?{query}")

    assert page.status_code == 200
    assert page.context["report"].filters == Filters()
    assert "Left out, because it could not be understood:" in text_of(page)


@pytest.mark.parametrize(
    "query", ["page=x", "sort=nothing", "shade=nothing", "scale=x", "sort=--", "day=31"]
)
def test_what_the_page_does_not_know_changes_nothing(huong: Client, query: str):
    assert huong.get(f"/oversight/?{query}").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["tab=missed&age=late-1", "tab=soon&weekday=1", "tab=soon&day=2026-01-01", "desk=x", "after=x"],
)
def test_a_list_that_there_is_not_is_not_found(huong: Client, query: str):
    expected = 200 if query == "after=x" else 404

    assert huong.get(f"/oversight/cases/?{query}").status_code == expected


def test_a_list_of_another_district_is_not_found(world: World, huong: Client):
    desk = world.lang_thuong.public_id

    assert huong.get(f"/oversight/cases/?desk={desk}").status_code == 404
    assert huong.get(f"/oversight/?holder={desk}").status_code == 404
    assert huong.get(f"/oversight/?under={world.dong_da.public_id}").status_code == 404


def test_choosing_an_organization_leads_to_its_page(world: World, as_staff: SignIn):
    phuc = as_staff(world.user("phuc"))

    site = phuc.get(f"/oversight/?holder={world.buoi.public_id}")
    part = phuc.get(f"/oversight/?holder={world.tay_ho.public_id}")

    assert site.headers["Location"] == f"/oversight/sites/{world.buoi.public_id}/"
    assert part.headers["Location"] == f"/oversight/?under={world.tay_ho.public_id}"


def test_a_kind_narrows_every_part_of_the_report(world: World, huong: Client):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    sweep()
    daily_job.refresh()

    everything = huong.get("/oversight/").context["report"].total
    identity = huong.get("/oversight/?kind=identity").context["report"].total

    assert (everything.queue.overdue, everything.figures.missed) == (1, 1)
    assert (identity.queue.overdue, identity.figures.missed) == (0, 0)


@pytest.mark.parametrize("part", ["overdue", "days", "missed", "flow", "organizations", "league"])
def test_each_part_can_be_had_as_csv_and_as_excel_with_the_numbers_of_the_page(
    world: World, huong: Client, part: str
):
    write_caseload(world, [world.buoi, world.quang_an], 30)
    sweep()
    daily_job.refresh()

    with db_time.at(db_time.now()):
        shown = huong.get("/oversight/").context["parts"][part]
        written = huong.get(shown.csv).content.decode().removeprefix(BYTE_ORDER_MARK)
        book = huong.get(shown.xlsx)

    with override("en"):
        table = shown.table
    rows = list(csv.reader(io.StringIO(written)))
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == cells[0] == [column.title for column in table.columns if column.in_file]
    assert len(rows) == len(cells) == len(table.rows) + 1 > 1
    page_numbers = [
        cell.value for line in table.lines for _column, cell in line if isinstance(cell.value, int)
    ]
    file_numbers = [value for row in cells[1:] for value in row if isinstance(value, int)]
    assert set(page_numbers) <= set(file_numbers)


@pytest.mark.parametrize("where", ["nothing.csv", "overdue.pdf", "overdue.CSV"])
def test_a_file_that_there_is_not_is_not_found(huong: Client, where: str):
    assert huong.get(f"/oversight/report/{where}").status_code == 404


@pytest.mark.parametrize(("section", "stands"), [("_queue", "missed"), ("_days", "overdue")])
def test_a_part_that_fails_leaves_the_others_standing(
    world: World, huong: Client, monkeypatch, section: str, stands: str
):
    write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    sweep()
    daily_job.refresh()
    monkeypatch.setattr(compute, section, lambda *_: 1 / 0)

    page = huong.get("/oversight/")
    parts = page.context["parts"]

    assert page.status_code == 200
    assert not parts[stands].has_failed
    assert {name for name, part in parts.items() if part.has_failed} >= {"days", "organizations"}
    assert "This part could not be loaded. The rest of the page is right. Try again" in text_of(
        page
    )


def test_what_was_done_shows_in_the_row_of_the_site(world: World, huong: Client):
    case = write_case(world, world.buoi, db_time.now() - 60 * HOUR)
    actions.remind(case, by=world.user("huong"), remark="Xử lý trong sáng nay")

    text = text_of(huong.get("/oversight/"))

    assert re.search(r"Reminded today at \d\d:\d\d of 1 case", text)


@pytest.mark.parametrize("who", ["huong", "phuc", "an"])
def test_the_pages_take_as_many_queries_for_many_cases_as_for_few(
    world: World, as_staff: SignIn, who: str
):
    client = clients(world, as_staff)[who]
    urls = ["/oversight/", "/oversight/?days=28&by=giver", "/oversight/cases/?tab=open"]
    write_caseload(world, [world.buoi, world.so_y_te], 16)
    count_all()
    client.get(urls[0])
    few = [queries(client, url) for url in urls]
    write_caseload(world, [world.buoi, world.quang_an, world.lang_thuong, world.hospital], 30, 5)
    count_all()

    many = [queries(client, url) for url in urls]

    assert few == many


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
