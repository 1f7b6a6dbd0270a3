"""What every journey does: press a button, and see that the page is well."""

import os
import re
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser import Visit


def press(page: Page, words: str) -> None:
    page.locator("main").get_by_role("button", name=words).first.click()


def accept(page: Page) -> None:
    """Press "Accept" in the bar of a case; the confirmation comes next."""
    page.locator("button[name=accept]").click()


def refuse(page: Page, ground: str) -> None:
    """Choose "Refuse" and an official ground in the bar of a case."""
    page.locator("label[for=id_outcome_refuse]").click()
    page.locator(f"[name=ground][value={ground}]").check()


def is_well(visit: Visit) -> None:
    """Nothing in the console, nothing for axe, no sideways scroll."""
    shot(visit)
    assert visit.complaints() == [], visit.page.url


def shot(visit: Visit) -> None:
    """Take pictures at both widths into the folder that the variable SHOTS names, if it does."""
    folder = os.environ.get("SHOTS")
    if folder:
        size = visit.page.viewport_size
        number = len(os.listdir(folder))
        name = re.sub(r"[^a-z]+", "-", visit.page.url.split("/", 3)[3])[:30]
        for width in (390, 1280):
            visit.page.set_viewport_size({"width": width, "height": 900})
            visit.page.screenshot(path=f"{folder}/{number:02}-{name}-{width}.png", full_page=True)
        visit.page.set_viewport_size(size)


@dataclass
class Keyboard:
    """Counts the keys that are pressed."""

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed += 1
            self.page.keyboard.press(key)
            self.page.wait_for_load_state()
