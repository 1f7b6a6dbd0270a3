"""A session that ends, a browser that lacks much, a phone without a connection: the work stays."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import APIResponse, Dialog, Page, Request, Route, expect

from accounts import sessions
from corrections import actions
from corrections.models import Correction, Evidence
from tests import world as worlds
from tests.cases import file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from vaxreg import db_time

pytestmark = pytest.mark.journey

WORDS = "Trên giấy ghi lô FG3527, nhìn không rõ."
NO_DATA_TRANSFER = "delete window.DataTransfer"


def end_all_sessions() -> None:
    for row in Session.objects.all():
        store = row.get_decoded()
        store[sessions.SEEN_AT] = store.get(sessions.SEEN_AT, 0) - 3600
        row.session_data = Session.get_session_store_class()().encode(store)
        row.save()


@pytest.fixture
def asked(country: Country) -> Correction:
    """A case of Lan's with a question that waits for her."""
    with db_time.at(db_time.now() - timedelta(hours=3)):
        case = file_one(country.world)
        actions.ask(case, by=country.world.user("minh"), question="Số lô trên giấy là gì?")
    return case


def opened(country: Country, page: Page, case: Correction) -> str:
    country.citizen_signs_in(page, "0912 345 678")
    address = f"/corrections/{case.reference}/answer/"
    page.goto(address)
    return address


def photos_step(country: Country, page: Page) -> None:
    """Go to the step of the photos of a new proposal."""
    worlds.dose(country.world)
    country.citizen_signs_in(page, "0912 345 678")
    page.goto("/corrections/new/")
    page.get_by_label(re.compile("Mũi cơ bản 1")).check()
    press(page, "Tiếp tục")
    page.goto("/corrections/new/photos/")


def test_what_a_citizen_typed_is_back_in_its_form_after_the_session_ended(
    country: Country, asked: Correction
):
    with country.window(width=390) as lan:
        page = lan.page
        opened(country, page, asked)
        page.fill("[name=words]", WORDS)
        end_all_sessions()
        press(page, "Gửi câu trả lời")
        expect(page.locator("main")).to_contain_text("vừa gõ được giữ lại")
        country.citizen_enters(page, "0912 345 678")
        expect(page.locator("[name=words]")).to_have_value(WORDS)
        expect(page.locator("main")).to_contain_text("Điều đã gõ đã trở lại biểu mẫu")
        is_well(lan)
        press(page, "Gửi câu trả lời")
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")


def test_a_photo_goes_its_way_in_a_browser_without_data_transfer(
    country: Country, asked: Correction, photo: dict[str, Any]
):
    with country.window(width=390) as lan:
        page = lan.page
        page.add_init_script(NO_DATA_TRANSFER)
        opened(country, page, asked)
        page.set_input_files("input[type=file]", photo)
        press(page, "Gửi câu trả lời")
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")
        assert Evidence.objects.count() == 1
        is_well(lan)


def test_without_a_connection_the_photo_stays_and_is_sent_when_there_is_one(
    country: Country, asked: Correction, photo: dict[str, Any]
):
    with country.window(width=390) as lan:
        page = lan.page
        address = opened(country, page, asked)
        page.set_input_files("input[type=file]", photo)
        page.context.set_offline(True)
        press(page, "Gửi câu trả lời")
        expect(page.locator("[data-state]")).to_contain_text("Mất mạng, ảnh được giữ")
        assert page.url.endswith(address)
        assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
        assert not Evidence.objects.exists()
        is_well(lan)
        page.context.set_offline(False)
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")
        assert Evidence.objects.count() == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_photo_is_sent_again_when_the_server_was_busy(
    country: Country, asked: Correction, photo: dict[str, Any], status: int
):
    with country.window(width=390) as lan:
        page = lan.page
        address = opened(country, page, asked)
        tries: list[Request] = []
        # Busy until the words were read: between two tries they stand only for a moment.
        is_busy = True

        def busy(route: Route) -> None:
            if route.request.method != "POST" or not is_busy:
                return route.fallback()
            tries.append(route.request)
            return route.fulfill(status=status, body="<h1>Bad gateway</h1>")

        page.route(f"**{address}", busy)
        page.set_input_files("input[type=file]", photo)
        press(page, "Gửi câu trả lời")
        expect(page.locator("[data-state]")).to_contain_text("ảnh được giữ")
        expect(page.get_by_role("button", name="Gửi lại ngay")).to_be_visible()
        is_busy = False
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")
        assert tries
        assert Evidence.objects.count() == 1


def test_a_photo_whose_answer_was_lost_is_there_once_and_nothing_is_wrong(
    country: Country, photo: dict[str, Any]
):
    with country.window(width=390) as lan:
        page = lan.page
        photos_step(country, page)
        lost: list[APIResponse] = []

        def lose_the_answer(route: Route) -> None:
            if route.request.method != "POST" or lost:
                return route.fallback()
            lost.append(route.fetch(max_redirects=0))
            return route.abort("connectionreset")

        page.route("**/corrections/new/photos/", lose_the_answer)
        page.set_input_files("input[type=file]", photo)
        expect(page.locator("main .file")).to_have_count(1, timeout=15_000)
        assert lost[0].ok
        assert Evidence.objects.count() == 1
        expect(page.locator(".error-summary")).to_have_count(0)
        lan.errors.clear()
        is_well(lan)


def test_a_chosen_photo_waits_for_the_connection_and_comes_by_itself(
    country: Country, photo: dict[str, Any]
):
    with country.window(width=320) as lan:
        page = lan.page
        photos_step(country, page)
        page.context.set_offline(True)
        page.set_input_files("input[type=file]", photo)
        expect(page.locator("[data-state]")).to_contain_text("sẽ tự gửi lại")
        assert not Evidence.objects.exists()
        is_well(lan)
        page.context.set_offline(False)
        expect(page.locator("main .file")).to_have_count(1)
        assert Evidence.objects.count() == 1


def test_a_page_with_a_photo_that_was_not_sent_is_left_only_after_a_warning(
    country: Country, asked: Correction, photo: dict[str, Any]
):
    with country.window(width=390) as lan:
        page = lan.page
        opened(country, page, asked)
        said: list[str] = []

        def stay(dialog: Dialog) -> None:
            said.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.click("[name=words]")
        page.set_input_files("input[type=file]", photo)
        page.context.set_offline(True)
        press(page, "Gửi câu trả lời")
        expect(page.locator("[data-state]")).to_contain_text("ảnh được giữ")
        page.evaluate("setTimeout(() => location.reload())")
        page.wait_for_function("document.querySelector('input[type=file]').files.length === 1")
        page.wait_for_timeout(300)
        assert said == ["beforeunload"]
        assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
        page.context.set_offline(False)
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")
        assert said == ["beforeunload"]


def test_the_share_of_a_photo_that_has_gone_is_shown(
    country: Country, asked: Correction, photo: dict[str, Any]
):
    with country.window(width=390) as lan:
        page = lan.page
        address = opened(country, page, asked)
        held: list[Route] = []
        page.route(
            f"**{address}",
            lambda route: (
                held.append(route) if route.request.method == "POST" else route.fallback()
            ),
        )
        page.set_input_files("input[type=file]", photo)
        press(page, "Gửi câu trả lời")
        bar = page.locator("[data-upload] progress")
        expect(bar).to_be_visible()
        expect(page.locator("[data-state]")).not_to_be_empty()
        is_well(lan)
        held[0].fallback()
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")


def test_a_file_that_is_no_photo_is_refused_in_the_page_that_stays(
    country: Country, asked: Correction
):
    with country.window(width=390) as lan:
        page = lan.page
        opened(country, page, asked)
        page.fill("[name=words]", WORDS)
        page.set_input_files(
            "input[type=file]", {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"}
        )
        press(page, "Gửi câu trả lời")
        expect(page.locator("main")).to_contain_text("không phải là ảnh")
        expect(page.locator("[name=words]")).to_have_value(WORDS)
        is_well(lan)
