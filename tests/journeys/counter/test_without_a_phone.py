"""Lan has no phone: Minh files for her at the counter, prints the receipt, and later the answer."""

from typing import Any

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.models import Correction
from tests.cases import colleague
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press

pytestmark = pytest.mark.journey


def test_lan_is_filed_for_and_answered_by_letter(country: Country, photo: dict[str, Any]):
    world = country.world
    with country.window(width=1280) as nurse:
        page = nurse.page
        country.staff_signs_in(page, "minh")
        nurse.go("/counter/")
        is_well(nurse)
        page.keyboard.type(str(world.citizens["lan"].id_number))
        page.keyboard.press("Enter")
        page.wait_for_url("**/counter/people/**")
        is_well(nurse)
        page.locator("a[href$='/missing/']").click()
        is_well(nurse)
        page.locator("[name=position]").select_option("booster-1")
        page.fill("[name=query]", "buoi")
        page.locator(f"[name=site][value='{world.buoi.public_id}']").check()
        page.set_input_files("input[type=file]", photo)
        page.locator("[name=by_letter]").check()
        page.locator("[name=agreed]").check()
        press(page, "Gửi giúp người này")

        page.wait_for_url("**/counter/receipts/**")
        case = Correction.objects.get()
        expect(page.locator("main")).to_contain_text(case.reference)
        expect(page.locator("main")).to_contain_text("4 số cuối của số định danh")
        is_well(nurse)
        assert case.filing.evidence.count() == 1

        case = actions.route(case)
        actions.ask(case, by=colleague(world), question="Tiêm buổi sáng hay chiều?")
        nurse.go("/counter/letters/")
        is_well(nurse)
        page.get_by_role("link", name=case.reference).click()
        expect(page.locator("main")).to_contain_text("Tiêm buổi sáng hay chiều?")
        is_well(nurse)
        press(page, "Đã in, sẽ đến tay người này")
        expect(page.get_by_role("status").first).to_contain_text("đã in")
        expect(page.locator("main")).to_contain_text("Không có thư nào chờ in.")
