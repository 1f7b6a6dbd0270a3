"""A wrong date and a missing dose are reported from the record in a few taps, on a small phone."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from corrections.models import Correction
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well
from tests.pictures import certificate

pytestmark = pytest.mark.journey


@dataclass
class Thumb:
    """Counts taps, and the pages that they lead to."""

    page: Page
    taps: int = 0
    pages: list[str] = field(default_factory=list)

    def tap(self, what: Locator, *, leads_on: bool = False) -> None:
        self.taps += 1
        if not leads_on:
            return what.click()
        with self.page.expect_navigation():
            what.click()
        self.pages.append(self.page.url)
        return None


@pytest.fixture
def sharp() -> dict[str, Any]:
    """A photo in which everything can be read: a poor one is said, which costs a page."""
    file = BytesIO()
    certificate().save(file, "JPEG")
    return {"name": "giấy.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_wrong_date_takes_seven_taps_and_four_pages(
    country: Country, sharp: dict[str, Any], scripts: bool
):
    dose = worlds.dose(country.world)
    with country.window(width=320, java_script_enabled=scripts) as lan:
        page = lan.page
        country.citizen_signs_in(page, "0912345678")
        thumb = Thumb(page)
        main = page.locator("main")
        record = main.locator(".dose form button")

        thumb.tap(record, leads_on=True)
        given_on = page.locator("[name=given_on]")
        expect(given_on).to_have_value("29/08/2021")
        if scripts:
            is_well(lan)
        thumb.tap(given_on)
        given_on.fill("30.8.21")
        thumb.tap(main.locator(".button--primary.button--wide"), leads_on=True)
        page.wait_for_load_state()
        with page.expect_file_chooser() as chooser:
            thumb.tap(main.locator(".drop"))
        chooser.value.set_files(sharp)
        if scripts:
            expect(page.locator(".files img")).to_be_visible()
        thumb.tap(main.locator(".button--primary.button--wide"), leads_on=True)
        expect(main).to_contain_text(re.compile("30/08/2021"))
        expect(main.locator(".read-back")).to_contain_text("2021")
        thumb.tap(page.locator("[name=truth]"))
        thumb.tap(main.locator(".button--primary.button--wide"), leads_on=True)

        expect(page).to_have_url(re.compile("/corrections/filed/"))
        assert thumb.taps <= 7
        assert len(thumb.pages) <= 4, thumb.pages
    case = Correction.objects.get()
    assert (case.dose, case.proposed) == (dose, {"given_on": "2021-08-30"})


def test_a_missing_dose_takes_thirteen_taps_and_four_pages(country: Country, sharp: dict[str, Any]):
    worlds.dose(country.world)
    with country.window(width=320) as lan:
        page = lan.page
        country.citizen_signs_in(page, "0912345678")
        thumb = Thumb(page)
        main = page.locator("main")

        thumb.tap(main.get_by_role("button", name="Báo thiếu mũi tiêm"), leads_on=True)
        is_well(lan)
        # To open a list is a tap, and to choose from it, too.
        thumb.taps += 4
        page.select_option("[name=position]", "primary-2")
        page.select_option("[name=vaccine]", "PF")
        thumb.tap(page.locator("[name=given_on]"))
        page.fill("[name=given_on]", "20/11/2021")
        thumb.tap(page.locator("[name=query]"))
        page.fill("[name=query]", "buoi")
        thumb.tap(main.get_by_label("Trạm Y tế Phường Bưởi"))
        thumb.tap(main.locator(".button--primary.button--wide"), leads_on=True)
        with page.expect_file_chooser() as chooser:
            thumb.tap(main.locator(".drop"))
        chooser.value.set_files(sharp)
        expect(page.locator(".files img")).to_be_visible()
        thumb.tap(main.locator(".button--primary.button--wide"), leads_on=True)
        thumb.tap(page.locator("[name=truth]"))
        thumb.tap(main.locator(".button--primary.button--wide"), leads_on=True)

        expect(page).to_have_url(re.compile("/corrections/filed/"))
        assert thumb.taps <= 13
        assert len(thumb.pages) <= 4, thumb.pages
    assert Correction.objects.get().holder == country.world.buoi
