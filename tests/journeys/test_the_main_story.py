"""From a wrong dose to a right one: citizen, nurse and officer, each at their own pages."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from corrections import sweep
from corrections.lifecycle import Status
from corrections.models import Correction
from doses.models import Dose
from tests import world as worlds
from tests.cases import file_one, make_overdue
from tests.journeys.conftest import Country
from tests.journeys.steps import accept, is_well, press, refuse

pytestmark = pytest.mark.journey


def test_a_wrong_vaccine_is_put_right_by_the_site_that_gave_the_dose(
    country: Country, photo: dict[str, Any]
):
    world = country.world
    dose = worlds.dose(world)
    world.user("lan").record_links.filter(relation="self").update(until=worlds.db_time.now())
    with country.window(width=390) as lan, country.window(width=1280) as minh:
        # Lan signs in, and opens her record with a second fact.
        page = lan.page
        country.citizen_comes_through_the_door(page, "0912 345 678")
        page.goto("/record/open/")
        page.fill("[name=id_number]", "001 188 012 346")
        press(page, "Mở sổ")
        expect(page.locator("main")).to_contain_text("lần")
        page.fill("[name=id_number]", "001188012345")
        press(page, "Mở sổ")
        expect(page.get_by_text("AstraZeneca").first).to_be_visible()
        is_well(lan)

        # She says which dose, what is right, shows the paper, checks, and sends.
        page.get_by_role("link", name="Sai chỗ khác, hoặc sai nhiều chỗ").click()
        page.get_by_label(re.compile("Mũi cơ bản 1")).check()
        is_well(lan)
        press(page, "Tiếp tục")
        page.select_option("[name=vaccine]", "PF")
        is_well(lan)
        press(page, "Tiếp tục")
        # Before its scripts run, a page does not send by itself what is chosen.
        page.wait_for_load_state()
        page.set_input_files("input[type=file]", photo)
        expect(page.locator(".files img")).to_be_visible()
        is_well(lan)
        press(page, "Tiếp tục")
        page.locator("[name=truth]").check()
        is_well(lan)
        press(page, "Gửi đề xuất")
        page.wait_for_url(re.compile("/corrections/filed/"))
        correction = Correction.objects.get()
        expect(page.locator("main")).to_contain_text(correction.reference)
        expect(page.locator("main")).to_contain_text("Trạm Y tế Phường Bưởi")
        is_well(lan)
        assert correction.holder == world.buoi

        # Minh takes the next case, compares it with the photo, and accepts.
        desk = minh.page
        country.staff_comes_through_the_door(desk, "minh")
        is_well(minh)
        press(desk, "Nhận việc tiếp theo")
        expect(desk.get_by_role("heading", level=1)).to_contain_text("Nguyễn Thị Lan")
        is_well(minh)
        accept(desk)
        expect(desk.locator("main")).to_contain_text("Comirnaty")
        is_well(minh)
        press(desk, "Sửa sổ")
        expect(desk.get_by_role("status").first).to_be_visible()
        is_well(minh)

        # Lan sees it at once: the result, and her record put right.
        page.goto(f"/corrections/{correction.reference}/")
        expect(page.locator("main")).to_contain_text("Comirnaty")
        is_well(lan)
        page.goto("/record/")
        expect(page.locator("main")).to_contain_text("Comirnaty")
        assert Dose.objects.get(pk=dose.pk).revision == 2


def test_the_district_decides_what_the_site_left_lying(country: Country):
    case = make_overdue(file_one(country.world))
    sweep.sweep()
    with country.window(width=1280) as huong, country.window() as lan:
        page = huong.page
        country.staff_comes_through_the_door(page, "huong")
        page.goto("/oversight/")
        expect(page.locator("main")).to_contain_text("Phường Bưởi")
        is_well(huong)
        page.goto(f"/oversight/cases/{case.reference}/")
        is_well(huong)
        page.goto(f"/oversight/cases/{case.reference}/take-over/")
        page.fill("[name=reason]", "Trạm không trả lời trong 48 giờ")
        is_well(huong)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(re.compile("/review/VR-"))
        refuse(page, "photo_blurred")
        press(page, "Tiếp tục")
        is_well(huong)
        press(page, "Từ chối đề xuất")
        expect(page.get_by_role("status").first).to_be_visible()

        country.citizen_signs_in(lan.page, "0912345678")
        lan.page.goto(f"/corrections/{case.reference}/")
        expect(lan.page.locator("main")).to_contain_text("Trung tâm Y tế Quận Tây Hồ")
        expect(lan.page.locator("main")).not_to_contain_text("Hương")
        is_well(lan)
    case.refresh_from_db()
    assert case.status == Status.REFUSED
    assert case.breaches.get().holder == country.world.buoi


def test_a_missing_dose_is_filed_without_javascript_on_a_small_phone(
    country: Country, photo: dict[str, Any]
):
    worlds.dose(country.world)
    with country.window(width=320, java_script_enabled=False) as lan:
        page = lan.page
        country.citizen_comes_through_the_door(page, "+84 912 345 678")
        page.goto("/corrections/new/")
        page.get_by_label(re.compile("Thiếu một mũi")).check()
        press(page, "Tiếp tục")
        page.select_option("[name=position]", "primary-2")
        page.fill("[name=given_on]", "21/11/2021")
        page.fill("[name=query]", "phuong buoi")
        page.locator("button[name=find]").click()
        page.get_by_label(re.compile("Trạm Y tế Phường Bưởi")).check()
        press(page, "Tiếp tục")
        # Before its scripts run, a page does not send by itself what is chosen.
        page.wait_for_load_state()
        page.set_input_files("input[type=file]", photo)
        page.locator("button[name=add]").click()
        press(page, "Tiếp tục")
        page.locator("[name=truth]").check()
        press(page, "Gửi đề xuất")
        page.wait_for_url(re.compile("/corrections/filed/"))

        page.goto("/record/")
        expect(page.locator("main")).to_contain_text("Tự khai")
    correction = Correction.objects.get()
    assert correction.proposed["given_on"] == "2021-11-21"
    assert correction.holder == country.world.buoi
    assert correction.filing.evidence.count() == 1


def test_every_page_reads_in_english_too(country: Country):
    case = file_one(country.world)
    with country.window(width=390) as lan, country.window(width=1280) as minh:
        country.citizen_signs_in(lan.page, "0912345678")
        lan.page.get_by_role("button", name="English").click()
        for where, words in {
            "/record/": "Report a missing dose",
            "/corrections/": case.reference,
            f"/corrections/{case.reference}/": "Trạm Y tế Phường Bưởi",
            "/corrections/new/": "What is wrong on the record?",
        }.items():
            lan.go(where)
            expect(lan.page.locator("main")).to_contain_text(words)
            expect(lan.page.locator("html")).to_have_attribute("lang", "en")
            is_well(lan)
        country.staff_signs_in(minh.page, "minh")
        minh.page.get_by_role("button", name="English").click()
        for where in ("/review/", f"/review/{case.reference}/"):
            minh.go(where)
            expect(minh.page.locator("html")).to_have_attribute("lang", "en")
            is_well(minh)


@pytest.mark.parametrize(
    "where",
    [
        "/",
        "/sign-in/",
        "/staff/sign-in/",
        "/nowhere/",
        "/demo/inbox/",
        "/demo/second-factors/",
        "/ui/",
    ],
)
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_before_the_door_are_well(country: Country, where: str, width: int):
    with country.window(width=width) as anyone:
        anyone.go(where)

        complaints = [c for c in anyone.complaints() if "status of 404" not in c]
        assert complaints == []


def test_the_page_of_the_interface_for_programs_breaks_no_policy(country: Country):
    # Axe is left out: Swagger's own widgets are drawn by Swagger.
    with country.window(width=1280) as anyone:
        anyone.go("/api/v1/docs/")

        expect(anyone.page.get_by_text("/api/v1/queue/")).to_be_visible()
        assert anyone.errors == []
