"""From the receipt in the hand to the page that anybody holding it may read."""

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.lifecycle import Ground
from tests.cases import file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press

pytestmark = pytest.mark.journey


def test_a_receipt_leads_somebody_who_is_not_signed_in_to_the_answer_due(country: Country):
    case = file_one(country.world)
    with country.window(width=390) as lan, country.window(width=390) as father:
        # Lan comes back from filing, and prints the receipt.
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto(f"/corrections/filed/{case.filing.public_id}/")
        page.get_by_role("link", name="In biên nhận").click()
        expect(page.locator(".receipt__code")).to_have_text(case.reference)
        expect(page.get_by_role("button", name="In hoặc lưu PDF")).to_be_visible()
        is_well(lan)
        page.emulate_media(media="print")
        expect(page.locator(".receipt__code")).to_be_visible()
        expect(page.get_by_role("button", name="In hoặc lưu PDF")).to_be_hidden()

        # Her father scans it. He mistypes the digits once, then sees who answers and until when.
        page = father.page
        page.goto(f"/follow/?ref={case.reference}")
        is_well(father)
        page.get_by_label("4 số cuối").fill("5679")
        press(page, "Xem tình trạng")
        expect(page.locator(".error-summary")).to_be_focused()
        is_well(father)
        page.get_by_label("4 số cuối").fill("5678")
        press(page, "Xem tình trạng")
        expect(page.locator("main")).to_contain_text("Trạm Y tế Phường Bưởi")
        assert case.reference not in page.url
        is_well(father)

        # The answer comes: he reads that it came, not what it says; then he closes the page.
        actions.refuse(
            case, by=country.world.user("minh"), ground=Ground.PHOTO_BLURRED, remark="Ảnh mờ"
        )
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kết quả: Đã từ chối.")
        expect(page.locator("main")).not_to_contain_text("Ảnh mờ")
        is_well(father)
        closed = page.url
        press(page, "Xong, đóng trên máy này")
        expect(page.get_by_label("Mã hồ sơ")).to_be_visible()
        page.goto(closed)
        expect(page.get_by_label("Mã hồ sơ")).to_be_visible()
        is_well(father)
