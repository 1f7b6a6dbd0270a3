"""Somebody who does not know what to do finds the help, and finds in it what they came for."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("width", [320, 1280])
def test_a_nurse_finds_a_key_she_forgot(country: Country, width: int):
    with country.window(width=width) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        page.locator(".top [data-menu] summary").click()
        page.locator(".top [data-menu]").get_by_role("link", name="Trợ giúp").click()
        expect(page.get_by_role("heading", level=2)).to_have_text("Trả lời đề xuất, việc gấp trước")
        is_well(minh)

        page.get_by_role("searchbox").fill("phim tat")
        press(page, "Tìm")
        expect(page.locator("main")).to_contain_text("N nhận hồ sơ kế tiếp")
        is_well(minh)

        page.goto("/no-such-page/")
        expect(page.get_by_role("navigation").get_by_role("link", name="Hàng đợi")).to_be_visible()
        minh.errors.clear()
        is_well(minh)


def test_a_partner_reads_the_introduction_and_finds_the_way_back(country: Country):
    with country.window(width=1280) as partner:
        page = partner.page
        page.goto("/api/v1/docs/")
        expect(page.locator("#swagger-ui")).to_contain_text("/api/v1/records/")
        assert partner.errors == []
        page.get_by_role("link", name="Trợ giúp cho ứng dụng đối tác").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("Hồ sơ, đề xuất và số liệu")
        is_well(partner)
