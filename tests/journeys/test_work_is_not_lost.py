"""A session that ends, a browser that lacks much, a phone without a connection: the work stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts import sessions
from corrections import actions
from corrections.models import Correction, Evidence
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
        expect(page.locator("[data-failed]")).to_be_visible()
        expect(page.locator("[data-failed]")).to_contain_text("ảnh chưa được gửi")
        assert page.url.endswith(address)
        assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
        assert not Evidence.objects.exists()
        page.context.set_offline(False)
        lan.errors.clear()
        press(page, "Gửi câu trả lời")
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")
        assert Evidence.objects.count() == 1


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
