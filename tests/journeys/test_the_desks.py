"""The desks above the sites: the hotline files for a caller, and the pool finds a site."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from corrections import sweep
from corrections.models import Correction, Evidence
from messaging.models import Message
from organizations.models import Membership
from tests import world as worlds
from tests.cases import file_one
from tests.factories.accounts import staff_user
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from vaxreg import db_time

pytestmark = pytest.mark.journey


def test_the_hotline_files_for_a_caller_and_the_caller_uploads_the_paper(
    country: Country, photo: dict[str, Any]
):
    world = country.world
    worlds.dose(world)
    with country.window(width=1280) as mai, country.window(width=390) as caller:
        # Mai searches without diacritics, and asks for two facts; the first answer is wrong.
        page = mai.page
        country.staff_signs_in(page, "mai")
        is_well(mai)
        page.fill("[name=typed]", "nguyen thi lan 1988")
        press(page, "Tìm")
        expect(page.locator("main")).to_contain_text("N. T. Lan")
        is_well(mai)
        page.get_by_role("link", name=re.compile("Xác minh người gọi")).click()
        page.fill("[name=date_of_birth]", "27/03/1987")
        page.fill("[name=id_number]", "001188012345")
        is_well(mai)
        press(page, "Đối chiếu")
        expect(page.locator("[name=date_of_birth]")).to_have_value("")
        is_well(mai)
        page.fill("[name=date_of_birth]", "27/03/1988")
        page.fill("[name=id_number]", "001188012345")
        press(page, "Đối chiếu")
        expect(page.locator("main")).to_contain_text("AstraZeneca")
        is_well(mai)

        # She files the missing second dose, and sends the link for the photo.
        page.get_by_role("link", name="Gửi đề xuất thay người gọi").click()
        is_well(mai)
        page.get_by_role("link", name=re.compile("Thiếu một mũi tiêm")).click()
        page.select_option("[name=position]", "primary-2")
        page.fill("[name=given_on]", "20/11/2021")
        page.fill("[name=query]", "buoi")
        page.get_by_label("Trạm Y tế Phường Bưởi").check()
        page.fill("[name=words]", "Tiêm ở sân trường Chu Văn An")
        page.fill("[name=contact_phone]", "0903 000 111")
        is_well(mai)
        page.locator("[name=agreed]").check()
        page.locator("main").get_by_role("button", name="Gửi đề xuất thay người gọi").last.click()
        page.wait_for_url(re.compile(r"/hotline/calls/[^/]+/$"))
        case = Correction.objects.get()
        expect(page.locator("main")).to_contain_text(case.reference)
        sweep.sweep()
        page.reload()
        press(page, "Gửi đường dẫn để gửi ảnh")
        expect(page.locator("main")).to_contain_text("090****111")
        is_well(mai)
        assert "Nguyễn Thị Lan" not in page.content()

        # The caller opens the link on the phone and sends a photo of the paper.
        sent = Message.objects.get(purpose="correction.upload_link")
        path = "/" + sent.text.split("/", 3)[3].strip()
        phone = caller.page
        phone.goto(path)
        expect(phone.locator("main")).to_contain_text(case.reference)
        is_well(caller)
        phone.set_input_files("input[type=file]", photo)
        press(phone, "Gửi")
        expect(phone.locator("main")).to_contain_text("Xin cảm ơn")
        is_well(caller)
        assert Evidence.objects.get().uploaded_by == world.user("mai")

        # Mai sees that it came, and ends the call.
        page.reload()
        expect(page.locator("main")).to_contain_text("1 ảnh giấy xác nhận")
        press(page, "Kết thúc cuộc gọi")
        expect(page.locator("main")).not_to_contain_text("N. T. Lan")

        # Somebody who finds the address later learns nothing.
        case.refresh_from_db()
        phone.goto("/upload/AAAAAAAAAAAAAAAAAAAAAA/")
        expect(phone.locator("main")).to_contain_text("1900 9095")
        caller.errors.clear()
        is_well(caller)


def test_a_case_with_an_unknown_site_finds_it_through_the_pool(country: Country):
    world = country.world
    Membership.objects.create(
        user=staff_user(email="an@example.vn", full_name="Cao Thị An"),
        organization=world.quang_an,
        role="reviewer",
        since=db_time.now(),
    )
    worlds.dose(world)
    worlds.dose(world, "binh", organization=world.quang_an, given_on=date(2021, 11, 20))
    known = file_one(
        world,
        named_area=world.areas["tay_ho"],
        site_text="tram quang an",
        proposed={"position": "primary-2", "given_on": "2021-11-20", "vaccine": "AZ"},
    )
    unknown = file_one(
        world,
        whose="child",
        key="key-2",
        named_area=world.areas["tay_ho"],
        proposed={"position": "primary-1"},
    )
    with country.window(width=1280) as huong:
        page = huong.page
        country.staff_signs_in(page, "huong")
        page.locator(".nav").get_by_role("link", name="Chờ tìm cơ sở tiêm").click()
        expect(page.locator("main")).to_contain_text(known.reference)
        expect(page.locator("main")).to_contain_text("Trạm Y tế Phường Quảng An")
        is_well(huong)

        # She takes the first suggestion of one case, with its reasons.
        page.get_by_role("link", name="Trạm Y tế Phường Quảng An").first.click()
        expect(page.locator("[name=to]:checked")).to_have_count(1)
        expect(page.locator("[name=reason]")).to_have_value(re.compile("quang an"))
        is_well(huong)
        press(page, "Chuyển 1 hồ sơ đến cơ sở này")
        expect(page.locator("main")).to_contain_text("Đã chuyển 1 hồ sơ")
        is_well(huong)
        known.refresh_from_db()
        assert known.holder == world.quang_an

        # Of the other nobody knows the site in the district: it goes up.
        page.get_by_label(f"Đánh dấu {unknown.reference}").check()
        press(page, "Không thuộc địa bàn: chuyển lên cấp trên")
        is_well(huong)
        press(page, "Chuyển lên cấp trên")
        expect(page.locator("main")).to_contain_text("Sở Y tế Hà Nội")
        unknown.refresh_from_db()
        assert unknown.holder == world.so_y_te
        assert unknown.triage_due_at is not None
