"""Lan shows her certificate on a white page, and shares it until she has had enough of that."""

import pytest
from playwright.sync_api import expect

from certificates.models import Certificate
from tests import world as worlds
from tests.certificates.scene import certificate_keys, issued
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well

__all__ = ["certificate_keys"]

pytestmark = pytest.mark.journey

SIDE = "document.querySelector('.qr').getBoundingClientRect().width"
TALL = "document.documentElement.scrollHeight"


@pytest.fixture
def hers(country: Country, certificate_keys) -> Certificate:
    worlds.dose(country.world)
    [one] = issued(country.world.citizens["lan"])
    return one


def test_a_citizen_shows_and_shares_her_certificate(country: Country, hers: Certificate):
    with country.window() as lan, country.window() as friend:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")

        # As large as the screen, whichever way she holds it, and nothing to scroll.
        lan.go(f"/record/certificates/{hers.public_id}/")
        for width, height, side in ((390, 844, 390), (844, 390, 390)):
            page.set_viewport_size({"width": width, "height": height})
            assert (page.evaluate(SIDE), page.evaluate(TALL)) == (side, height)
            is_well(lan)
        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("link", name="Về thẻ chứng nhận").click()

        page.get_by_role("link", name="Chia sẻ").click()
        page.get_by_role("button", name="Tạo đường dẫn").click()
        is_well(lan)
        link = page.get_by_label("Đường dẫn", exact=True).input_value()
        path = link[link.index("/shared/") :]

        friend.go(path)
        expect(friend.page.locator("[data-verdict]")).to_have_attribute("data-verdict", "valid")
        expect(friend.page.locator(".shared")).to_contain_text("Nguyễn Thị Lan")
        is_well(friend)

        lan.go("/record/certificates/")
        expect(page.get_by_text("Đã mở 1 lần")).to_be_visible()
        page.get_by_role("button", name="Kết thúc ngay").click()
        expect(page.get_by_text("Đường dẫn đã kết thúc. Ai mở")).to_be_visible()

        assert friend.page.goto(path).status == 410
        expect(friend.page.get_by_role("heading")).to_have_text("Đường dẫn này đã kết thúc")
