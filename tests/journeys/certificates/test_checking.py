"""A guard checks certificates at a door, with a network and without one."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from certificates import countersigning, revocations
from certificates.models import Certificate
from doses.actions import revise
from tests import world as worlds
from tests.browser import Visit
from tests.certificates.scene import certificate_keys, current, issued, qr_of
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well
from vaxreg import db_time

__all__ = ["certificate_keys"]

pytestmark = pytest.mark.journey

KEPT = "() => document.documentElement.dataset.checkKept && navigator.serviceWorker.controller"
# Of what the cache holds, nothing may be about a person.
STORED = """async () => {
    const cache = await caches.open("check");
    const texts = await Promise.all((await cache.keys()).map(async (one) => [
        new URL(one.url).pathname, await (await cache.match(one)).text()]));
    return texts.filter(([path]) => !path.startsWith("/static/"));
}"""
# A phone whose browser reads QR codes: the camera shows what `shown` holds.
CAMERA = """
    self.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code"]; }
        async detect() { return self.shown ? [{ rawValue: self.shown }] : []; }
    };
    navigator.mediaDevices.getUserMedia = async () =>
        document.createElement("canvas").captureStream();
"""


@pytest.fixture
def hers(country: Country, certificate_keys) -> Certificate:
    worlds.dose(country.world)
    [one] = issued(country.world.citizens["lan"])
    revocations.keep_list(db_time.now())
    return one


def paste(page: Page, text: str) -> None:
    page.fill("[name=text]", text)
    page.get_by_role("button", name="Kiểm tra", exact=True).click()


def expect_answer(page: Page, answer: str, words: str, checked: str) -> None:
    band = page.locator("[data-check-result] [data-verdict]")
    expect(band).to_have_attribute("data-verdict", answer)
    expect(band.get_by_role("heading")).to_have_text(words)
    expect(band.locator("[data-checked]")).to_contain_text(checked)


def corrected(country: Country, certificate: Certificate) -> Certificate:
    """Correct the day of the dose; return the certificate that took the place of this one."""
    day = {"given_on": date(2021, 8, 30)}
    revise(certificate.dose, changes=day, by=country.world.user("minh"), why="Sổ giấy")
    countersigning.countersign_waiting()
    revocations.keep_list(db_time.now())
    [new] = current(certificate.citizen)
    return new


def calm(seen: Visit) -> Visit:
    """Leave out what the browser says of every request without a network."""
    seen.errors = [one for one in seen.errors if "ERR_INTERNET_DISCONNECTED" not in one]
    return seen


def test_a_guard_needs_no_network_once_the_page_was_open(country: Country, hers: Certificate):
    old, here, server = qr_of(hers), "Thiết bị này tự kiểm tra", "Máy chủ Sổ Tiêm"
    with country.window(worker=True) as guard:
        page = guard.page
        guard.go("/check/")
        page.wait_for_function(KEPT)
        expect(page.locator("[data-check-state]")).to_contain_text("dùng được cả khi không có mạng")
        is_well(guard)
        paste(page, old)
        expect_answer(page, "valid", "Hợp lệ", server)
        is_well(guard)

        # On the way a page that forgets whoever was signed in; it leaves this one alone.
        page.goto("/")
        page.wait_for_load_state("networkidle")

        # In the basement, with the browser opened anew.
        page.context.set_offline(True)
        page.goto("/check/")
        paste(page, old)
        expect_answer(page, "valid", "Hợp lệ", here)
        expect(page.locator("[name=text]")).to_have_value("")
        expect(page.locator("[data-fact=name]")).to_have_text("NGUYỄN T. L.")
        expect(page.locator("[data-fact=vaccine]")).to_contain_text("AstraZeneca")
        paste(page, old[:-50])
        expect_answer(page, "damaged", "Bị hỏng hoặc bị sửa", here)
        paste(page, "9XK2-7QPD-4TVM")
        expect(page.locator("[data-check-result]")).to_contain_text("chỉ kiểm tra được khi có mạng")
        is_well(calm(guard))

        # Meanwhile her dose is corrected: the new certificate takes the place of the old one.
        new = qr_of(corrected(country, hers))
        page.context.set_offline(False)
        page.goto("/check/")
        page.wait_for_function(KEPT)
        paste(page, old)
        expect_answer(page, "replaced", "Đã được thay thế", server)

        # The list came with it.
        page.context.set_offline(True)
        page.goto("/check/")
        paste(page, old)
        expect_answer(page, "replaced", "Đã được thay thế", here)
        is_well(calm(guard))
        paste(page, new)
        expect_answer(page, "valid", "Hợp lệ", here)
        expect(page.locator("[data-check-result] .notice")).to_have_count(0)

        # Nine days without a network: nobody can say any more whether it was replaced.
        page.clock.set_fixed_time(db_time.now().timestamp() + 9 * 86400)
        paste(page, new)
        expect_answer(page, "unsure", "Chữ ký đúng, nhưng có thể đã được thay thế", here)
        expect(page.locator("[data-check-result] .notice")).to_contain_text("7 ngày")
        expect(page.locator(".check__state--old")).to_be_visible()
        is_well(calm(guard))

        for path, text in page.evaluate(STORED):
            assert path in ("/check/", "/check/keys.json", "/check/revocations")
            assert "NGUYỄN" not in text.upper()


def test_a_phone_that_reads_codes_scans_one_after_the_other(country: Country, hers: Certificate):
    old = qr_of(hers)
    new = qr_of(corrected(country, hers))
    with country.window() as guard:
        page = guard.page
        page.add_init_script(CAMERA)
        guard.go("/check/")
        scan = page.get_by_role("button", name="Quét bằng máy ảnh")

        scan.click()
        expect(page.locator("[data-check-camera] video")).to_be_visible()
        expect(scan).to_be_hidden()
        is_well(guard)
        page.evaluate("text => { self.shown = text; }", old)
        expect_answer(page, "replaced", "Đã được thay thế", "Máy chủ Sổ Tiêm")
        expect(page.locator("[data-check-camera]")).to_be_hidden()

        page.evaluate("text => { self.shown = text; }", new)
        scan.click()
        expect_answer(page, "valid", "Hợp lệ", "Máy chủ Sổ Tiêm")
        is_well(guard)
