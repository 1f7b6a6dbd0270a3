"""A nurse finds a dose that stands on a record twice, and the other site confirms that it goes."""

import pytest
from playwright.sync_api import expect

from doses.models import Dose
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well

pytestmark = pytest.mark.journey


def test_two_sites_make_one_dose_of_two(country: Country):
    worlds.dose(country.world, lot="")
    double = worlds.dose(country.world, organization=country.world.lang_thuong)

    with country.window(width=1280) as minh:
        country.staff_signs_in(minh.page, "minh")
        minh.go("/review/")
        minh.page.get_by_role("link", name="Một mũi ghi hai lần?").click()
        expect(minh.page.get_by_role("row")).to_have_count(2)
        is_well(minh)
        minh.page.get_by_role("link", name="Nguyễn Thị Lan").click()
        is_well(minh)
        minh.page.get_by_label("A · Mũi cơ bản 1").check()
        minh.page.get_by_label("Vì sao?").fill("Sổ gốc chỉ có một mũi ngày này")
        minh.page.get_by_role("button", name="Chỉ một mũi").click()
        expect(minh.page.locator("main")).to_contain_text("Trạm Y tế Phường Láng Thượng xác nhận")

    with country.window(width=390) as tuan:
        country.staff_signs_in(tuan.page, "tuan")
        tuan.go("/review/twice/")
        is_well(tuan)
        tuan.page.get_by_role("link", name="Nguyễn Thị Lan").click()
        is_well(tuan)
        tuan.page.get_by_role("button", name="Xác nhận", exact=True).click()
        expect(tuan.page.locator("main")).to_contain_text("đã gỡ một mũi khỏi sổ")

    double.refresh_from_db()
    assert double.status == Dose.Status.ENTERED_IN_ERROR
