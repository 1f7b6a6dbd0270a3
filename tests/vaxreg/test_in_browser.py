"""The gallery in a real browser: accessible, narrow, quiet; and what the script adds."""

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import visit

pytestmark = pytest.mark.journey


@pytest.fixture
def gallery(live_server) -> str:
    return f"{live_server.url}/ui/"


def width_of(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().width"))


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_block_is_accessible_and_fits(chromium: Browser, gallery, width):
    with visit(chromium, width=width) as seen:
        seen.go(gallery)

        assert seen.complaints() == []
        assert seen.page.evaluate("document.fonts.check('600 16px \"Be Vietnam Pro\"')")


def test_what_is_wrong_with_a_page_is_found(chromium: Browser):
    page = """<!doctype html><html lang="vi"><title>Sổ</title><h1 style="color: #ccc">Sổ</h1>
        <input><div style="width: 900px">.</div><script>throw new Error("oh")</script></html>"""
    with visit(chromium) as seen:
        seen.page.set_content(page)

        found = "\n".join(seen.complaints())
    for mistake in ("oh", "color-contrast: ", "label: ", "landmark-one-main: ", "sideways"):
        assert mistake in found


def test_a_link_that_looks_like_a_button_looks_so_in_a_notice_too(chromium: Browser, gallery):
    add = """place => place.insertAdjacentHTML(
        "beforeend", '<a id="added" class="button button--secondary" href="/">Nhắc</a>')"""
    look = "a => getComputedStyle(a).padding"
    with visit(chromium) as seen:
        seen.go(gallery)
        usual = seen.page.locator("main .button--secondary").first.evaluate(look)
        seen.page.locator(".notice__text").first.evaluate(add)

        assert seen.page.locator("#added").evaluate(look) == usual


def test_errors_take_the_focus_and_lead_to_their_fields(chromium: Browser, gallery):
    with visit(chromium) as seen:
        seen.go(gallery)
        seen.page.locator("#forms form button[type=submit]").click()

        expect(seen.page.locator(".error-summary")).to_be_focused()
        expect(seen.page).to_have_title("Lỗi: Các thành phần giao diện – Sổ Tiêm")
        assert seen.complaints() == []

        seen.page.locator(".error-summary a").nth(2).click()

        expect(seen.page.locator("#id_given_on")).to_be_focused()


def test_everything_can_be_sent_without_script(chromium: Browser, gallery):
    with visit(chromium, java_script_enabled=False) as seen:
        seen.page.goto(gallery)
        seen.page.locator("#id_full_name").fill("Nguyễn Thị Mỹ Duyên")
        seen.page.locator("#forms form button[type=submit]").click()

        expect(seen.page.locator(".error-summary")).to_be_visible()
        expect(seen.page.locator("#id_full_name")).to_have_value("Nguyễn Thị Mỹ Duyên")


def test_a_photo_zooms_and_turns_without_script(chromium: Browser, gallery):
    with visit(chromium, java_script_enabled=False) as seen:
        seen.page.goto(gallery)
        photo = seen.page.locator(".photo").first
        before = width_of(photo.locator("img"))

        photo.locator("label[for$=zoom]").click()
        photo.locator("label.photo__to >> visible=true").click()

        assert width_of(photo.locator("img")) > 2 * before
        expect(photo.locator(".photo__r90")).to_be_checked()


def test_a_clock_runs_out_before_ones_eyes(chromium: Browser, gallery):
    with visit(chromium) as seen:
        seen.page.clock.install()
        seen.go(gallery)
        clock = seen.page.locator(".sla").nth(1)
        expect(clock).to_contain_text("Còn 5 giờ 1")

        seen.page.clock.fast_forward("06:00:00")
        seen.page.clock.run_for(31_000)

        expect(clock).to_contain_text("Quá hạn 4")
        expect(clock).to_have_class("sla sla--over")


def test_a_second_tap_sends_nothing(chromium: Browser, gallery):
    with visit(chromium) as seen:
        sent = []
        seen.page.on(
            "request", lambda request: sent.append(request) if request.method == "POST" else None
        )
        seen.go(gallery)

        seen.page.locator("#forms form button[type=submit]").dblclick()

        expect(seen.page.locator(".error-summary")).to_be_visible()
        assert len(sent) == 1


def test_the_queue_is_walked_by_keys_that_can_be_switched_off(chromium: Browser, gallery):
    with visit(chromium, width=1280) as seen:
        seen.go(gallery)
        page = seen.page
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="Trần Quốc Đạt")).to_be_focused()

        page.keyboard.press("?")
        page.locator("[data-keys-switch]").uncheck()
        page.locator("h1").first.click()
        page.keyboard.press("/")

        expect(page.locator("#q")).not_to_be_focused()


def test_the_language_is_switched_without_script_and_the_page_stays(chromium: Browser, gallery):
    with visit(chromium, java_script_enabled=False) as seen:
        seen.page.goto(f"{gallery}?page=2")
        seen.page.get_by_role("button", name="English").click()

        expect(seen.page.locator("h1").first).to_have_text("Building blocks")
        assert seen.page.url.endswith("/ui/?page=2")
