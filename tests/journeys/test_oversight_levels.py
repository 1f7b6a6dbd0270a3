"""From the map of the country down to one case, and a district's morning with filters and tables."""

import re

import pytest
from playwright.sync_api import expect

from corrections.sweep import sweep
from organizations.models import Membership
from oversight.report import tile_map
from reporting import daily_job
from tests import world as worlds
from tests.browser import Visit
from tests.factories.accounts import staff_user
from tests.journeys.conftest import Country
from tests.reporting.caseload import write_case, write_caseload
from vaxreg import db_time

pytestmark = pytest.mark.journey

HOURS = worlds.timedelta(hours=1)


def is_well(visit: Visit) -> None:
    """Nothing in the console, nothing for axe, no sideways scroll; at both widths."""
    size = visit.page.viewport_size
    for width in (390, 1280):
        visit.page.set_viewport_size({"width": width, "height": 900})
        assert visit.complaints() == [], (visit.page.url, width)
    visit.page.set_viewport_size(size)


@pytest.fixture
def busy(country: Country) -> Country:
    """Cases of two weeks in Tây Hồ, one of them late by days at Phường Bưởi."""
    world = country.world
    write_caseload(world, [world.buoi, world.quang_an, world.tay_ho, world.lang_thuong], 40)
    write_case(world, world.buoi, db_time.now() - 130 * HOURS, name="Đinh Thị Muộn")
    sweep()
    daily_job.close_days(seconds=120)
    daily_job.refresh()
    return country


def test_the_ministry_drills_from_the_map_down_to_a_case(
    busy: Country, monkeypatch: pytest.MonkeyPatch
):
    world = busy.world
    monkeypatch.setattr(tile_map, "LEAST_TILES", 1)
    an = staff_user(email="an@example.vn", full_name="Nguyễn Hoài An")
    Membership.objects.create(
        user=an, organization=world.ministry, role="officer", since=db_time.now() - worlds.LONG_AGO
    )
    world.users["an"] = an
    with busy.window(width=1280) as ministry:
        page = ministry.page
        busy.staff_signs_in(page, "an")
        page.goto("/oversight/")
        main = page.locator("main")
        expect(main).to_contain_text("Bản đồ các tỉnh, thành phố")
        is_well(ministry)

        # Tile, province, district: each level is the same report one step down.
        page.locator("#map").get_by_role("link", name="Hà Nội").click()
        expect(main).to_contain_text("Sở Y tế Hà Nội")
        is_well(ministry)
        page.locator("#map").get_by_role("link", name="Tây Hồ").click()
        expect(main).to_contain_text("đề xuất quá hạn")
        expect(page.get_by_role("navigation", name="Các cấp")).to_contain_text("Sở Y tế Hà Nội")

        # From the number of the site to the list, from there to the case.
        page.locator("#parts").get_by_role("link", name="Tất cả các đơn vị").click()
        is_well(ministry)
        row = page.locator("#organizations tr").filter(has_text="Phường Bưởi")
        late = row.get_by_role("link").nth(1)
        number = int(late.inner_text())
        late.click()
        expect(main.locator("tbody tr")).to_have_count(number)
        is_well(ministry)
        main.get_by_role("link", name="Đinh Thị Muộn").click()
        expect(page).to_have_url(re.compile(r"/oversight/cases/VR-"))
        expect(main).to_contain_text("Trạm Y tế Phường Bưởi")


def test_a_district_officer_narrows_the_report_and_reads_it_as_a_table(busy: Country):
    with busy.window() as huong:
        page = huong.page
        busy.staff_signs_in(page, "huong")
        page.goto("/oversight/")
        is_well(huong)

        # Two weeks, one commune: the address holds it, a chip takes it away.
        page.get_by_role("link", name="14 ngày qua", exact=True).click()
        page.locator("summary").filter(has_text="Bộ lọc").click()
        page.locator("summary").filter(has_text="Phường, xã").click()
        page.get_by_role("checkbox", name="Phường Bưởi").check()
        page.get_by_role("button", name="Áp dụng").click()
        expect(page).to_have_url(re.compile(r"days=14.*commune=00109"))
        expect(page.locator("#overdue")).not_to_contain_text("Phường Quảng An")
        is_well(huong)

        # The bars as a table: the same number, still filtered.
        page.locator("#parts").get_by_role("link", name="Quá hạn theo đơn vị").click()
        expect(page).to_have_url(re.compile(r"report/overdue/.*commune=00109"))
        page.locator("#overdue summary").click()
        table = page.locator("#overdue table")
        expect(table).to_contain_text("Phường Bưởi")
        is_well(huong)
        with page.expect_download() as download:
            page.locator("#overdue").get_by_role("link", name="Excel").click()
        assert download.value.suggested_filename.endswith(".xlsx")
        # A window that is closed while a file still comes may never close.
        assert download.value.failure() is None

        page.get_by_role("list", name="Bộ lọc đang dùng").get_by_role(
            "link", name="Phường Bưởi"
        ).click()
        expect(page).not_to_have_url(re.compile("commune"))
        expect(page.locator("#overdue")).to_contain_text("Phường Quảng An")
