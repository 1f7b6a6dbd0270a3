"""A daughter asks her mother, who agrees by the code on her phone; she files; the mother ends it."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from citizens.models import Citizen, RecordLink
from corrections.models import Correction
from messaging.models import Message
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press

pytestmark = pytest.mark.journey


def test_a_daughter_files_for_her_mother_who_agreed_and_ends_it(
    country: Country, photo: dict[str, Any]
):
    world = country.world
    mother = Citizen.objects.create(
        full_name="Phạm Thị Tươi",
        date_of_birth=date(1952, 3, 8),
        sex="female",
        phone="+84905555111",
        area=world.areas["buoi"],
    )
    account = User.objects.create_user(phone=mother.phone, phone_verified=True)
    RecordLink.objects.create(
        user=account, citizen=mother, relation="self", proven_by="phone_and_birth"
    )
    world.citizens["mother"] = mother
    worlds.dose(world, "mother")
    with country.window() as lan, country.window(width=1280) as old:
        # Lan asks, by what she knows of her mother.
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.get_by_role("link", name="Mở sổ tiêm của người lớn trong gia đình bạn").click()
        is_well(lan)
        page.fill("[name=full_name]", "phạm thị tươi")
        page.fill("[name=date_of_birth]", "8/3/1952")
        page.fill("[name=phone]", "0905 555 111")
        press(page, "Xin người đó đồng ý")
        expect(page.get_by_role("heading", level=1)).to_have_text("Đang chờ sự đồng ý")
        is_well(lan)

        # Her mother reads out the code; Lan files what is wrong.
        sent = Message.objects.get(purpose="record.consent_code").text
        code = re.search(r"\b\d{6}\b", sent)
        assert code, sent
        page.fill("[name=code]", code[0])
        press(page, "Mở sổ")
        expect(page.locator("main")).to_contain_text("Chính chủ đã đồng ý")
        is_well(lan)
        page.goto(f"/record/?person={mother.public_id}")
        page.get_by_role("link", name="Sai chỗ khác, hoặc sai nhiều chỗ").click()
        page.get_by_label(re.compile("Mũi cơ bản 1")).check()
        press(page, "Tiếp tục")
        page.select_option("[name=vaccine]", "PF")
        press(page, "Tiếp tục")
        page.wait_for_load_state()
        page.set_input_files("input[type=file]", photo)
        expect(page.locator(".files img")).to_be_visible()
        press(page, "Tiếp tục")
        page.locator("[name=truth]").check()
        press(page, "Gửi đề xuất")
        page.wait_for_url(re.compile("/corrections/filed/"))
        case = Correction.objects.get(citizen=mother)

        # The mother reads who filed it, and ends it.
        page = old.page
        country.citizen_signs_in(page, "0905 555 111")
        page.goto(f"/corrections/{case.reference}/")
        expect(page.locator("main")).to_contain_text("Người thân được đồng ý")
        is_well(old)
        page.goto("/record/")
        page.get_by_role("link", name="Ai mở được sổ tiêm này").click()
        is_well(old)
        page.get_by_role("link", name=re.compile("Chấm dứt")).click()
        is_well(old)
        press(page, "Có, chấm dứt")
        expect(page.locator("main")).to_contain_text("bởi bạn")
        is_well(old)

        # For Lan it is closed at once.
        lan.page.goto("/record/")
        expect(lan.page.locator("main")).not_to_contain_text("Phạm Thị Tươi")
    assert not RecordLink.objects.live().filter(relation="relative").exists()
