"""A phone without a connection: the record last seen, and gone when it is somebody else's phone."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import SessionKind
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well

pytestmark = pytest.mark.journey

KEPT = "async () => (await caches.keys()).length"
READY = """async () => {
    await navigator.serviceWorker.ready;
    const cache = await caches.open("kept");
    return Boolean(navigator.serviceWorker.controller && await cache.match("/record/kept/"));
}"""


def open_record(country: Country, page: Page, phone: str) -> None:
    country.citizen_signs_in(page, phone)
    page.wait_for_function(READY)


def test_the_record_is_there_without_a_connection_until_she_signs_out(country: Country):
    worlds.dose(country.world)
    with country.window(worker=True) as lan:
        page = lan.page
        open_record(country, page, "0912 345 678")

        # In the lift of the clinic there is no network.
        page.context.set_offline(True)
        page.goto("/record/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Không có kết nối")
        expect(page.locator("main")).to_contain_text("Nguyễn Thị Lan")
        expect(page.locator("main")).to_contain_text("ABX4112")
        page.goto("/corrections/new/")
        expect(page.locator("main")).to_contain_text("ABX4112")
        lan.errors = [one for one in lan.errors if "ERR_INTERNET_DISCONNECTED" not in one]
        is_well(lan)

        # The network is back, and she goes on where she was.
        page.context.set_offline(False)
        page.get_by_role("link", name="Thử lại").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Không có kết nối")
        page.locator("[data-menu] summary").click()
        page.get_by_role("button", name="Đăng xuất").click()
        page.wait_for_url("**/sign-in/**")
        page.wait_for_function("async () => (await caches.keys()).length === 0")


@pytest.mark.parametrize("who", ["binh", "minh", "nobody"])
def test_what_one_left_is_gone_when_another_comes(country: Country, who: str):
    worlds.dose(country.world)
    with country.window(worker=True) as phone:
        page = phone.page
        open_record(country, page, "0912 345 678")
        page.context.clear_cookies()

        if who == "minh":
            country.staff_signs_in(page, "minh")
        elif who == "binh":
            country._come_in(page, country.world.user("binh"), SessionKind.CITIZEN)
            page.goto("/record/")
        else:
            page.goto("/")

        gone = """async () => {
            const kept = await caches.match("/record/kept/");
            return !kept || !(await kept.text()).includes("Nguyễn Thị Lan");
        }"""
        page.wait_for_function(gone)


def test_pages_of_staff_are_never_kept(country: Country):
    with country.window(worker=True, width=1280) as minh:
        country.staff_signs_in(minh.page, "minh")
        minh.page.wait_for_load_state("networkidle")

        assert minh.page.evaluate(KEPT) == 0
        count = "async () => (await navigator.serviceWorker.getRegistrations()).length"
        assert minh.page.evaluate(count) == 0
