"""What a citizen is told while typing, in a real browser: beside the field, and gone again."""

import re

import pytest
from playwright.sync_api import expect

from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press

pytestmark = pytest.mark.journey


def test_a_warning_comes_and_goes_while_lan_types_and_never_stops_her(country: Country):
    worlds.dose(country.world)
    with country.window(width=390) as lan:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto("/corrections/new/")
        page.get_by_label(re.compile("Mũi cơ bản 1")).check()
        press(page, "Tiếp tục")

        page.select_option("[name=vaccine]", "PF")
        # The field holds the recorded date: it is taken out first.
        page.locator("[name=given_on]").clear()
        page.locator("[name=given_on]").press_sequentially("01/06/2021")
        expect(page.locator("#advice-vaccine")).to_contain_text("12/06/2021")
        expect(page.locator("[name=given_on]")).to_be_focused()
        is_well(lan)

        page.fill("[name=given_on]", "30/08/2021")
        expect(page.locator("#advice-vaccine")).to_be_empty()

        page.select_option("[name=position]", "booster-1")
        expect(page.locator("#advice-position .advice li")).to_have_count(1)
        expect(page.locator("#advice-given_on .advice li")).to_have_count(1)
        is_well(lan)
        press(page, "Tiếp tục")
        page.wait_for_url(re.compile("/corrections/new/photos/"))
