"""An officer merges two stations, and the nurse of the one that is left finds the queue."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.models import Correction
from organizations.models import Organization
from reporting import daily_job
from tests import world as worlds
from tests.cases import employ, file_at
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from vaxreg import db_time

pytestmark = pytest.mark.journey

LONG_NAME = (
    "Điểm tiêm chủng lưu động Trường Trung học phổ thông chuyên Hà Nội – Amsterdam cơ sở hai"
)


def test_an_officer_merges_two_stations_and_the_nurse_finds_the_queue(country: Country):
    world = country.world
    employ(world, "an", "Cao Thị An", world.quang_an)
    waits, decided = file_at(world, 1), file_at(world, 2)
    asked = actions.ask(file_at(world, 3), by=world.user("minh"), question="Lô nào?")
    actions.accept(decided, by=world.user("minh"))
    with db_time.at(db_time.now() - timedelta(hours=50)):
        late = file_at(world, 4)
    daily_job.refresh()
    with country.window(width=1280) as huong, country.window(width=390) as an:
        page = huong.page
        country.staff_signs_in(page, "huong")
        page.get_by_role("link", name="Đơn vị y tế", exact=True).click()
        expect(page.locator("main")).to_contain_text("Trạm Y tế Phường Bưởi")
        is_well(huong)

        # She opens a site with a long name; the area is forgotten first.
        page.get_by_role("link", name="Mở đơn vị trực thuộc").click()
        is_well(huong)
        page.get_by_label("Trạm Y tế cấp xã", exact=True).check()
        page.fill("[name=name]", LONG_NAME)
        press(page, "Mở đơn vị")
        expect(page.locator("[name=name]")).to_have_value(LONG_NAME)
        is_well(huong)
        page.get_by_label("Điểm tiêm", exact=True).check()
        press(page, "Mở đơn vị")
        expect(page.locator("main")).to_contain_text(LONG_NAME)
        is_well(huong)

        # She looks for the station without diacritics, and merges it.
        page.goto("/organizations/")
        page.fill("[name=q]", "phuong buoi")
        press(page, "Tìm")
        is_well(huong)
        page.get_by_role("link", name="Trạm Y tế Phường Bưởi").click()
        is_well(huong)
        page.get_by_role("link", name="Sáp nhập vào đơn vị khác").click()
        is_well(huong)
        press(page, "Xem những gì sẽ thay đổi")
        expect(page.locator("[aria-invalid=true], .error-summary").first).to_be_visible()
        is_well(huong)
        page.get_by_label(re.compile("Trạm Y tế Phường Quảng An")).check()
        press(page, "Xem những gì sẽ thay đổi")
        expect(page.locator("main")).to_contain_text("Phạm Thị Minh")
        expect(page.locator("main")).to_contain_text("3 hồ sơ")
        is_well(huong)
        press(page, "Sáp nhập ngay")
        expect(page.locator("main")).to_contain_text("đã được sáp nhập")
        is_well(huong)

        # The nurse of Phường Quảng An finds what waits, and what was decided before her time.
        phone = an.page
        country.staff_signs_in(phone, "an")
        for case in (waits, late):
            expect(phone.locator("main")).to_contain_text(case.reference)
        is_well(an)
        phone.goto("/review/?tab=waiting")
        expect(phone.locator("main")).to_contain_text(asked.reference)
        phone.goto("/review/?tab=done")
        expect(phone.locator("main")).to_contain_text(decided.reference)
        expect(phone.locator("main")).to_contain_text("Phường Bưởi")
        is_well(an)
        phone.goto(f"/review/{decided.reference}/")
        is_well(an)

        # Lan reads who has it now.
        with country.window(width=390) as lan:
            country.citizen_signs_in(lan.page, "0912345678")
            lan.page.goto(f"/corrections/{waits.reference}/")
            expect(lan.page.locator("main")).to_contain_text("Trạm Y tế Phường Quảng An")
            is_well(lan)

        # And the page of the one that took over says so.
        page.goto(f"/organizations/{world.quang_an.public_id}/")
        expect(page.locator("main")).to_contain_text("Trạm Y tế Phường Bưởi")
        is_well(huong)

    assert Organization.objects.get(pk=world.buoi.pk).successor == world.quang_an
    held = Correction.objects.open().values_list("holder", flat=True)
    assert set(held) == {world.quang_an.pk}
    assert worlds.Organization.objects.filter(name=LONG_NAME).exists()
