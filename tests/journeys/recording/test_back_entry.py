"""A site finds what is missing and wrong in its own rows; officers see how far each site is."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from doses import sessions
from oversight.back_entry import broadcasts
from recording.site_days import fold, stating
from tests import world as worlds
from tests.cases import file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from vaxreg import db_time

pytestmark = pytest.mark.journey

DAY = date(2021, 8, 29)


def test_a_site_states_what_it_gave_and_puts_its_rows_right(country: Country):
    world = country.world
    nurse = world.user("minh")
    today = timezone.localdate(db_time.now())
    held = sessions.plan(world.buoi, today, venue="Nhà văn hoá", planned_doses=120, by=nurse)
    worlds.dose(world, session=held, given_on=today, ordinal=2)
    worlds.dose(world, "binh", lot="")
    file_one(world)
    stating.set_deadline(
        date(2021, 9, 20),
        date(2021, 9, 20),
        "Công văn 7229/BYT-VPB1",
        binds=world.ministry,
        by=nurse,
    )
    fold.update_sums()
    with country.window(width=390) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        page.goto("/recording/")
        page.get_by_role("link", name="Cơ sở của tôi").click()
        expect(page.locator("#back-entry")).to_contain_text("chưa khai đã tiêm bao nhiêu mũi")
        is_well(minh)

        # She writes down how many the paper list of a day has.
        page.get_by_role("link", name="Tất cả các ngày, và khai số mũi đã tiêm").click()
        press(page, "Lưu số mũi")
        is_well(minh)
        page.fill("[name=day]", "29/8/2021")
        page.fill("[name=doses]", "40")
        press(page, "Lưu số mũi")
        fold.update_sums()
        page.goto("/recording/site/")
        expect(page.locator("#back-entry")).to_contain_text("còn thiếu 38")
        is_well(minh)

        # From the fault to the dose, and back without it.
        page.locator("#faults").get_by_role("link", name="Chưa có số lô").click()
        is_well(minh)
        page.get_by_role("link", name="Sửa cho đúng").click()
        page.fill("[name=lot]", "ABX4112")
        page.fill("[name=why]", "Theo danh sách buổi tiêm")
        page.locator("main form button", has_text="Sửa").first.click()
        expect(page.locator("[name=lot]")).to_have_value("ABX4112")
        page.goto("/recording/faults/no_lot/")
        expect(page.locator("main")).to_contain_text("Không có mũi tiêm nào mắc lỗi này")


def test_an_officer_writes_to_those_behind_and_sees_who_has_read_it(country: Country):
    world = country.world
    stating.set_deadline(
        date(2021, 9, 20), date(2021, 9, 20), "Công văn 7229/BYT-VPB1",
        binds=world.ministry, by=world.user("phuc"),
    )  # fmt: skip
    worlds.dose(world)
    stating.state_given(world.buoi, DAY, 40, by=world.user("minh"))
    fold.update_sums()
    with country.window(width=1280) as huong, country.window(width=390) as minh:
        page = huong.page
        country.staff_signs_in(page, "huong")
        page.goto("/oversight/back-entry/")
        expect(page.locator("main")).to_contain_text("Trạm Y tế Phường Bưởi")
        is_well(huong)
        page.locator("#parts").get_by_role("link", name="Trạm Y tế Phường Bưởi").click()
        is_well(huong)

        # Whom it goes to is shown before it is sent.
        page.goto("/oversight/back-entry/")
        page.get_by_role("link", name="Gửi thư cho cơ sở chậm").click()
        page.get_by_label("Nội dung").fill("Xin nhập cho xong trong tuần này.")
        is_well(huong)
        press(page, "Xem ai sẽ nhận")
        expect(page.locator("main")).to_contain_text("1 cơ sở, 1 người")
        is_well(huong)
        press(page, "Gửi thư")
        expect(page.locator("main")).to_contain_text("Đang gửi")
        broadcasts.send_due()

        # The station reads it in its queue.
        country.staff_signs_in(minh.page, "minh")
        minh.page.goto("/review/")
        expect(minh.page.locator("main")).to_contain_text("đã nhập 1 trên 40 mũi")
        minh.page.get_by_role("button", name="Đánh dấu đã đọc").click()

        page.reload()
        expect(page.locator("main")).to_contain_text("Phạm Thị Minh")
        is_well(huong)
        page.goto("/oversight/back-entry/letters/")
        is_well(huong)
        page.goto("/oversight/back-entry/deadlines/")
        is_well(huong)
