"""Lan has VNeID on her phone: one tap, her record is open and her identity verified."""

import re

import pytest
from playwright.sync_api import expect

from identity.vneid.allauth import remembered
from messaging.models import Message
from tests.identity.stand_in import CLIENT_ID, CLIENT_SECRET, running
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well

pytestmark = pytest.mark.journey


def test_one_tap_opens_the_record_and_verifies_the_identity(country: Country, settings):
    with (
        running(f"{country.url}/sign-in/vneid/back/") as vneid,
        country.window(width=390) as lan,
    ):
        settings.VNEID_ISSUER, settings.VNEID_LEVELS = vneid.issuer, ["2"]
        settings.VNEID_CLIENT_ID, settings.VNEID_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        remembered.clear()
        page = lan.page
        page.goto("/sign-in/")
        is_well(lan)

        page.get_by_role("link", name="Đăng nhập bằng VNeID").click()
        page.get_by_role("button", name=re.compile("Nguyễn Thị Lan")).click()

        page.wait_for_url(re.compile("/record/$"))
        is_well(lan)
        main = page.locator("main")
        expect(main).to_contain_text("sổ tiêm của bạn đã mở")
        expect(main.locator("h1")).to_contain_text("Nguyễn Thị Lan")
        expect(main).to_contain_text("Danh tính đã được VNeID xác thực")
        assert [one.recipient for one in Message.objects.all()] == ["+84912345678"]

        page.goto("/account/")
        is_well(lan)

        vneid.set_fault("down")
        page.goto("/sign-in/vneid/")
        expect(main).to_contain_text("VNeID hiện không trả lời")
        # The browser writes a line about the status 503.
        lan.errors.clear()
        is_well(lan)
