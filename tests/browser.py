"""A real browser for tests: finding Chromium, opening pages, and what every page must satisfy."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Error, Page, ViewportSize, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "microsoft-edge", "brave-browser")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Only what is wrong: to describe what is right takes axe as long again, and to hand it over, too.
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Milliseconds until what is expected must be there: two browsers may share a slow machine.
PATIENCE = 20_000
# Chromium logs each answer with an error status; a form with mistakes is one.
EXPECTED = "the server responded with a status of 422"


def find_browser() -> str:
    """Return the path of a Chromium; skip the test without one, unless E2E_REQUIRED is set."""
    found = os.environ.get("E2E_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        words = "no Chromium found; set E2E_BROWSER or install chromium"
        if os.environ.get("E2E_REQUIRED"):
            pytest.fail(words)
        pytest.skip(words)
    return found


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium for a session; Playwright’s loop forbids Django’s async guard."""
    path = find_browser()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    try:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield chromium
            chromium.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


# The innermost places that reach over the right edge, and that nothing cuts off.
STICKS_OUT = """
() => [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .filter((one) => {
        while ((one = one.parentElement)) if (getComputedStyle(one).overflowX !== "visible") return false;
        return true;
    })
    .slice(-3).map((one) => `${one.tagName}.${one.className.baseVal ?? one.className}`).join(", ")
"""


@dataclass
class Visit:
    """A page that remembers what went wrong in its console (a CSP violation is an error there)."""

    page: Page
    scripts: bool = True
    errors: list[str] = field(default_factory=list)

    def go(self, url: str) -> None:
        """Open an address and wait for its fonts."""
        self.page.goto(url)
        self.page.evaluate("document.fonts.ready")

    def complaints(self) -> list[str]:
        """What is wrong with the page as it is now: console, accessibility, sideways scroll."""
        # A click may have begun a new page: its document is not there at once.
        self.page.wait_for_load_state()
        found = [*self.errors, *self._violations()]
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"scrolls sideways: {self.page.evaluate(STICKS_OUT)}")
        return found

    def _violations(self) -> list[str]:
        """What axe finds; it waits on timers, which stand still for ever where scripts are off."""
        if not self.scripts:
            return []
        self.page.evaluate(AXE_SCRIPT)
        run = "options => axe.run(options).then(found => found.violations)"
        return [
            f"{rule['id']}: {rule['help']} at "
            + ", ".join(str(node["target"]) for node in rule["nodes"][:3])
            for rule in self.page.evaluate(run, AXE)
        ]


@contextmanager
def visit(chromium: Browser, *, width: int = 390, **options: Any) -> Iterator[Visit]:
    """A fresh browser window, in Vietnamese, as wide as said."""
    viewport = ViewportSize(width=width, height=900)
    context = chromium.new_context(viewport=viewport, locale="vi-VN", **options)
    visited = Visit(context.new_page(), scripts=options.get("java_script_enabled", True))
    visited.page.on(
        "console",
        lambda message: (
            visited.errors.append(message.text)
            if message.type == "error" and EXPECTED not in message.text
            else None
        ),
    )
    visited.page.on("pageerror", lambda error: visited.errors.append(str(error)))
    try:
        yield visited
    finally:
        try:
            for page in context.pages:
                _leave(page)
        finally:
            context.close()


def _leave(page: Page) -> None:
    """Leave the page: a window closed while its next page comes in may wait for ever.

    (crbug.com/536385539.) A page that a key or a click has just asked for replaces the empty one;
    once it is there, nothing does any more.
    """
    for _ in range(3):
        try:
            page.goto("about:blank")
        except Error:
            page.wait_for_timeout(200)
        else:
            return
