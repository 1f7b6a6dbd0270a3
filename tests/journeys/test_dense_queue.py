"""A nurse looks over her queue on a screen and on a phone, and walks it by keys."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.models import Correction
from tests.cases import file_many, file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well
from tests.pictures import attach_photo, picture
from vaxreg import db_time

pytestmark = pytest.mark.journey
# Rows that a window shows whole: its height is that of a small screen at a health station.
WHOLE = """
() => [...document.querySelectorAll("[data-row]")]
    .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length
"""
# One line of the bar: everything in it that stands above or below the rest is told.
TOPS = """
() => new Set([...document.querySelectorAll(".queue-bar > *")]
    .map((part) => Math.round(part.getBoundingClientRect().top + part.offsetHeight / 2))).size
"""


@pytest.fixture
def full(country: Country) -> Country:
    """Twenty cases of all ages; Lan's has a paper and a long change."""
    file_many(country.world, 20)
    with db_time.at(db_time.now() - timedelta(hours=30)):
        case = file_one(country.world)
    attach_photo(case, by=country.world.user("lan"), content=picture())
    return country


def test_a_screen_holds_twelve_cases_under_one_line_of_tools(full: Country):
    with full.window(width=1280) as minh:
        minh.page.set_viewport_size({"width": 1280, "height": 800})
        full.staff_signs_in(minh.page, "minh")
        minh.go("/review/")

        assert minh.page.evaluate(WHOLE) >= 12
        assert minh.page.evaluate(TOPS) == 1
        heights = minh.page.evaluate(
            "[...document.querySelectorAll('[data-row]')].map(row => row.offsetHeight)"
        )
        assert max(heights) <= 46
        row = minh.page.locator("[data-row]").filter(has_text="Nguyễn Thị Lan")
        expect(row.locator("del")).to_contain_text("AstraZeneca")
        expect(row.locator("ins")).to_contain_text("Comirnaty")
        expect(row.get_by_role("img", name="Có ảnh")).to_have_count(1)
        is_well(minh)


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_a_case_is_two_lines_and_the_tabs_are_seen_to_go_on(full: Country, width: int):
    with full.window(width=width) as minh:
        full.staff_signs_in(minh.page, "minh")
        minh.go("/review/")

        heights = minh.page.evaluate(
            "[...document.querySelectorAll('[data-row]')].map(row => row.offsetHeight)"
        )
        assert max(heights) <= 80
        tabs = minh.page.locator(".queue-bar .tabs")
        cut = tabs.evaluate("(bar) => bar.scrollWidth > bar.clientWidth + 20")
        assert cut
        assert "gradient" in tabs.evaluate("(bar) => getComputedStyle(bar).maskImage")
        last = minh.page.locator(".queue-bar .tab").last
        last.scroll_into_view_if_needed()
        last.click()
        expect(minh.page).to_have_url(re.compile("tab=done"))
        is_well(minh)


def test_the_keys_are_shown_and_do_what_they_say(full: Country):
    with full.window(width=1280) as minh:
        page = minh.page
        full.staff_signs_in(page, "minh")
        minh.go("/review/")
        for key in ("J", "K", "Enter", "N", "/"):
            expect(
                page.locator("kbd", has_text=re.compile(f"^{re.escape(key)}$")).first
            ).to_be_visible()

        page.keyboard.press("/")
        expect(page.locator("#id_q")).to_be_focused()
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("[data-row]").nth(1).locator("a")).to_be_focused()
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/review/VR-"))
        minh.go("/review/")
        page.keyboard.press("n")
        page.wait_for_url(re.compile(r"/review/VR-"))
        assert Correction.objects.filter(status="in_review").count() == 1


def test_without_script_the_filters_open_and_a_click_on_the_row_opens_the_case(full: Country):
    with full.window(width=1280, java_script_enabled=False) as minh:
        page = minh.page
        full.staff_signs_in(page, "minh")
        page.goto("/review/")
        page.locator("summary", has_text="Bộ lọc").click()
        page.locator("#id_photo").select_option("with")
        page.get_by_role("button", name="Xem").click()
        expect(page.locator("[data-row]")).to_have_count(1)
        # The link of the name lies over the whole row.
        page.locator("[data-row] .queue__what").click(force=True)
        page.wait_for_url(re.compile(r"/review/VR-"))


def test_what_waits_for_others_leaves_the_list_and_her_week_tells_of_it(full: Country):
    case = Correction.objects.get(citizen__full_name="Nguyễn Thị Lan")
    actions.ask(case, by=full.world.user("minh"), question="Xin chụp lại giấy")
    with full.window(width=1280) as minh:
        page = minh.page
        full.staff_signs_in(page, "minh")
        minh.go("/review/")
        expect(page.locator("[data-row]").filter(has_text="Nguyễn Thị Lan")).to_have_count(0)
        page.get_by_role("link", name="Chờ người khác").click()
        expect(page.locator("[data-row]")).to_have_count(1)
        is_well(minh)
        page.get_by_role("link", name="Tuần của tôi").click()
        expect(page.locator("main")).to_contain_text("chờ người dân trả lời")
        is_well(minh)
