"""A nurse decides by keys: two to accept and see the next case, four to refuse with a ground."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from corrections import sweep
from corrections.lifecycle import Ground, Status
from corrections.models import Correction, DelayedDecision
from tests.cases import file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import Keyboard, accept, is_well, press
from tests.pictures import attach_photo, picture
from vaxreg import db_time

pytestmark = pytest.mark.journey

# What a decision needs stands in the window, whole, and no higher part of the page covers it.
IN_SIGHT = """
(selector) => {
    const box = document.querySelector(selector).getBoundingClientRect();
    const bar = document.querySelector("[data-bar]").getBoundingClientRect();
    const foot = selector.includes("bar") ? innerHeight : bar.top;
    return box.height > 0 && box.top >= 0 && box.bottom <= foot + 1;
}
"""


@pytest.fixture
def two(country: Country) -> list[Correction]:
    """Two cases with a photo; the first is due first."""
    world = country.world
    with db_time.at(db_time.now() - timedelta(hours=30)):
        first = file_one(world)
    attach_photo(first, by=world.user("lan"), content=picture())
    return [first, file_one(world, whose="binh")]


def at(case: Correction) -> re.Pattern[str]:
    return re.compile(rf"/review/{case.reference}/$")


def test_a_case_is_decided_without_scrolling(country: Country, two: list[Correction]):
    with country.window(width=1280) as minh:
        minh.page.set_viewport_size({"width": 1280, "height": 800})
        country.staff_signs_in(minh.page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        for part in (".case-top", ".diff", ".photo__frame", ".desk__facts .card:last-of-type"):
            assert minh.page.evaluate(IN_SIGHT, part), part
        for part in ("button[name=accept]", "label[for=id_outcome_refuse]", "[form=next-case]"):
            expect(minh.page.locator(part)).to_be_in_viewport(ratio=1)
        is_well(minh)


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_decision_is_a_bar_at_the_foot(
    country: Country, two: list[Correction], width: int
):
    with country.window(width=width) as minh:
        country.staff_signs_in(minh.page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        expect(minh.page.locator("button[name=accept]")).to_be_in_viewport(ratio=1)
        minh.page.mouse.wheel(0, 600)
        expect(minh.page.locator("button[name=accept]")).to_be_in_viewport(ratio=1)
        is_well(minh)


def test_accepting_is_two_keys_to_the_next_case(country: Country, two: list[Correction]):
    with country.window(width=1280) as minh:
        keys = Keyboard(minh.page)
        country.staff_signs_in(minh.page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        keys.press("a")
        expect(minh.page.locator(".photo__image")).to_be_in_viewport()
        expect(minh.page.locator("button[name=confirmed]")).to_be_in_viewport()
        is_well(minh)
        keys.press("Enter")

        expect(minh.page).to_have_url(at(two[1]))
        assert keys.pressed == 2
    two[0].refresh_from_db()
    assert two[0].status == Status.ACCEPTED


def test_refusing_with_a_ground_and_its_sentence_is_four_keys(
    country: Country, two: list[Correction]
):
    with country.window(width=1280) as minh:
        keys = Keyboard(minh.page)
        country.staff_signs_in(minh.page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        keys.press("r")
        is_well(minh)
        keys.press("8", "Enter")
        expect(minh.page.locator("main")).to_contain_text("Ảnh bị mờ")
        keys.press("Enter")

        expect(minh.page).to_have_url(at(two[1]))
        assert keys.pressed == 4
    two[0].refresh_from_db()
    assert (two[0].status, two[0].ground) == (Status.REFUSED, Ground.PHOTO_BLURRED)
    assert two[0].remark.startswith("Ảnh quá mờ")


def test_every_act_has_its_key_and_the_key_stands_on_the_button(
    country: Country, two: list[Correction]
):
    with country.window(width=1280) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        for key, leads_to in {"q": "/ask/", "t": "/pass-on/", "c": "/call/"}.items():
            minh.go(f"/review/{two[0].reference}/")
            page.keyboard.press(key)
            page.wait_for_url(re.compile(leads_to))
        minh.go(f"/review/{two[0].reference}/")
        for key, part in {"p": "own", "k": "keep", "u": "cannot_confirm", "r": "refuse"}.items():
            page.keyboard.press(key)
            expect(page.locator(f".decide__part--{part}")).to_be_visible()
            page.locator("body").focus()
            page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        expect(page.locator(".keys-list")).to_be_visible()
        shown = page.locator("[data-key]:visible")
        for number in range(shown.count()):
            one = shown.nth(number)
            expect(one.locator("kbd")).to_be_visible()
        is_well(minh)
        page.keyboard.press("n")
        page.wait_for_url(re.compile(f"/review/{two[1].reference}/"))


def test_the_photo_is_zoomed_and_turned_by_keys(country: Country, two: list[Correction]):
    with country.window(width=1280) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        page.keyboard.press("+")
        expect(page.locator(".photo__zoom")).to_be_checked()
        page.keyboard.press("-")
        expect(page.locator(".photo__zoom")).not_to_be_checked()
        page.keyboard.press("]")
        expect(page.locator(".photo__r90")).to_be_checked()


def test_letters_typed_into_a_text_are_no_keys(country: Country, two: list[Correction]):
    with country.window(width=1280) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        page.keyboard.press("k")
        page.keyboard.type("anrz")

        expect(page.locator("[name=remark]")).to_have_value("anrz")
        expect(page).to_have_url(at(two[0]))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_decision_is_taken_back_with_and_without_scripts(
    country: Country, two: list[Correction], settings, scripts: bool
):
    settings.TAKE_BACK_SECONDS = 30
    with country.window(width=390, java_script_enabled=scripts) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        minh.go(f"/review/{two[0].reference}/")
        accept(page)
        page.locator("button[name=confirmed]").click()
        expect(page.locator(".undo")).to_contain_text("Nguyễn Thị Lan")
        is_well(minh)

        press(page, "Rút lại")

        expect(page).to_have_url(at(two[0]))
        expect(page.locator("main")).to_contain_text("chưa ai được báo")
    with db_time.at(db_time.now() + timedelta(seconds=40)):
        sweep.sweep()
    two[0].refresh_from_db()
    assert two[0].status == Status.IN_REVIEW
    assert DelayedDecision.objects.get().end == DelayedDecision.End.TAKEN_BACK


def test_asking_a_ready_question_is_three_keys_and_the_next_case_one_more(
    country: Country, two: list[Correction]
):
    with country.window(width=1280) as minh:
        keys = Keyboard(minh.page)
        country.staff_signs_in(minh.page, "minh")
        minh.go(f"/review/{two[0].reference}/")

        keys.press("q")
        minh.page.wait_for_url(re.compile("/ask/"))
        is_well(minh)
        keys.press("1", "Enter")
        minh.page.wait_for_url(at(two[0]))
        keys.press("n")

        expect(minh.page).to_have_url(at(two[1]))
        assert keys.pressed == 4
    two[0].refresh_from_db()
    assert two[0].status == Status.WAITING
