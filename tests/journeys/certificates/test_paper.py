"""A nurse prints a certificate for somebody without a phone; the person prints one at home."""

import pytest
from playwright.sync_api import expect

from certificates.models import CertificatePrint
from tests import world as worlds
from tests.certificates.scene import certificate_keys, issued, qr_of
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from tests.vaxreg.papers import pdfs

__all__ = ["certificate_keys"]

pytestmark = pytest.mark.journey


def test_a_certificate_is_printed_at_the_station_and_at_home(country: Country, certificate_keys):
    lan = country.world.citizens["lan"]
    worlds.dose(country.world)
    [certificate] = issued(lan)
    with country.window(width=1280) as nurse:
        page = nurse.page
        country.staff_signs_in(page, "minh")
        nurse.go("/counter/")
        page.fill("[name=who]", lan.id_number)
        press(page, "Tìm")
        page.get_by_role("link", name="In chứng nhận tiêm chủng").click()
        is_well(nurse)
        with page.context.expect_page():
            press(page, "Tờ A4")
        expect(page.locator("main")).not_to_contain_text("đã in")
        page.reload()
        expect(page.locator("main")).to_contain_text("đã in 1 lần")
        is_well(nurse)
    assert CertificatePrint.objects.get().organization == country.world.buoi
    with country.window() as citizen:
        page = citizen.page
        country.citizen_signs_in(page, lan.phone)
        citizen.go("/record/certificates/")
        expect(page.locator("main")).to_contain_text("Đã in tại Trạm Y tế Phường Bưởi")
        is_well(citizen)
        page.click(".pass a[href$='/print/']")
        expect(page.get_by_role("button", name="In hoặc lưu")).to_be_visible()
        is_well(citizen)
        printed = page.pdf(prefer_css_page_size=True)
        assert pdfs.pages(printed) == 1
        assert pdfs.codes_on(printed) == [qr_of(certificate)]
        assert "Đăng xuất" not in pdfs.text_of(printed)
