"""What comes after filing: a question, an appeal, a change of mind, a record that is still wrong."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from corrections import actions
from corrections.lifecycle import Status
from corrections.models import Correction
from doses.models import Dose
from tests.cases import file_one
from tests.corrections.statuses import SENTENCE, bring
from tests.journeys.conftest import Country
from tests.journeys.steps import accept, is_well, press
from vaxreg import db_time

pytestmark = pytest.mark.journey

QUESTION = "Số lô trên giấy là gì? Xin chụp lại mặt sau."


def at(case: Correction) -> str:
    return f"/corrections/{case.reference}/"


def follow(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=words).click()


def test_a_question_is_answered_with_a_photo_and_the_record_put_right(
    country: Country, photo: dict[str, Any]
):
    world = country.world
    with db_time.at(db_time.now() - timedelta(hours=30)):
        case = file_one(world)
        actions.ask(case, by=world.user("minh"), question=QUESTION)
    with country.window(width=390) as lan, country.window(width=1280) as minh:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto(at(case))
        expect(page.locator("main")).to_contain_text(QUESTION)
        is_well(lan)
        follow(page, "Trả lời câu hỏi")
        is_well(lan)
        press(page, "Gửi câu trả lời")
        expect(page.locator("main")).to_contain_text("Hãy viết câu trả lời, hoặc thêm ảnh.")
        page.fill("[name=words]", "Lô FG3527, ảnh kèm theo.")
        page.set_input_files("input[type=file]", photo)
        press(page, "Gửi câu trả lời")
        page.wait_for_url(re.compile(rf"{at(case)}$"))
        expect(page.get_by_role("status").first).to_contain_text("đã nhận câu trả lời")
        expect(page.locator(".thumbs img")).to_have_count(1)
        is_well(lan)

        desk = minh.page
        country.staff_signs_in(desk, "minh")
        desk.goto(f"/review/{case.reference}/")
        expect(desk.locator("main")).to_contain_text("Lô FG3527, ảnh kèm theo.")
        accept(desk)
        press(desk, "Sửa sổ")
        expect(desk.get_by_role("status").first).to_be_visible()

        page.goto(at(case))
        press(page, "Đúng rồi")
        expect(page.get_by_role("status").first).to_contain_text("Cảm ơn")
        is_well(lan)
    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    assert case.confirmed_at is not None
    # The 30 hours of waiting are not on the clock.
    assert case.due_at - case.received_at > timedelta(hours=77)


def test_a_refusal_is_appealed_and_overturned_by_the_district(country: Country):
    world = country.world
    case = bring(world, Status.REFUSED)
    with country.window(width=390) as lan, country.window(width=1280) as huong:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto(at(case))
        expect(page.locator("main")).to_contain_text(SENTENCE)
        is_well(lan)
        follow(page, "Khiếu nại")
        expect(page.locator("main")).to_contain_text("Trung tâm Y tế Quận Tây Hồ")
        is_well(lan)
        page.fill("[name=words]", "Trên giấy ghi rõ Pfizer, xin xem lại.")
        press(page, "Gửi khiếu nại")
        expect(page.get_by_role("status").first).to_contain_text("Trung tâm Y tế Quận Tây Hồ")
        is_well(lan)

        desk = huong.page
        country.staff_signs_in(desk, "huong")
        desk.goto(f"/review/{case.reference}/")
        expect(desk.locator("main")).to_contain_text("Trên giấy ghi rõ Pfizer, xin xem lại.")
        is_well(huong)
        accept(desk)
        is_well(huong)
        desk.locator("main").locator("button[name=confirmed]").click()
        expect(desk.get_by_role("status").first).to_be_visible()

        page.goto(at(case))
        expect(page.locator("main")).to_contain_text("Comirnaty")
        expect(page.locator("main")).not_to_contain_text("Hương")
        is_well(lan)
    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    assert case.decided_by == world.user("huong")
    assert Dose.objects.get().vaccine.code == "PF"


def test_a_proposal_is_withdrawn_without_javascript_on_a_small_phone(country: Country):
    case = file_one(country.world)
    with country.window(width=320, java_script_enabled=False) as lan:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto(at(case))
        follow(page, "Rút đề xuất")
        page.fill("[name=words]", "Đã tìm thấy giấy, sổ ghi đúng.")
        press(page, "Rút đề xuất")
        expect(page.locator("main")).to_contain_text("Đề xuất này đã được rút.")
        expect(page.locator("body")).to_contain_text("sổ tiêm giữ nguyên như hiện nay")
    case.refresh_from_db()
    assert case.status == Status.WITHDRAWN


def test_no_it_is_still_wrong_brings_the_case_back_to_its_desk(country: Country):
    world = country.world
    case = bring(world, Status.ACCEPTED)
    with country.window(width=390) as lan, country.window(width=1280) as minh:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto(at(case))
        follow(page, "Chưa, vẫn còn sai")
        is_well(lan)
        page.fill("[name=words]", "Số lô vẫn là lô cũ.")
        press(page, "Mở lại đề xuất")
        expect(page.get_by_role("status").first).to_contain_text("Trạm Y tế Phường Bưởi")
        is_well(lan)

        desk = minh.page
        country.staff_signs_in(desk, "minh")
        desk.goto(f"/review/{case.reference}/")
        expect(desk.locator("main")).to_contain_text("Số lô vẫn là lô cũ.")
    case.refresh_from_db()
    assert case.status == Status.QUEUED
    assert case.clocks.filter(kind="review").count() == 2
