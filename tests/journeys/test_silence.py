"""An officer finds the station that does not answer, writes to it, and gives its cases away."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import User
from corrections.models import Correction
from organizations.models import Membership
from reporting import daily_job
from review.models import OfficerNote
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from tests.reporting.caseload import write_case
from vaxreg import db_time

pytestmark = pytest.mark.journey


def test_an_officer_finds_the_silent_station_and_acts(country: Country):
    world = country.world
    thu = User.objects.create_user(email="thu@example.vn", full_name="Nguyễn Thị Thu")
    Membership.objects.create(
        user=thu,
        organization=world.quang_an,
        role="reviewer",
        since=db_time.now() - worlds.LONG_AGO,
    )
    User.objects.update(last_login=db_time.now())
    User.objects.filter(pk=world.user("minh").pk).update(last_login=None)
    late = [
        write_case(world, world.buoi, db_time.now() - timedelta(hours=hours)) for hours in (80, 90)
    ]
    fresh = write_case(world, world.buoi, db_time.now() - timedelta(hours=3))
    daily_job.refresh()
    with country.window(width=1280) as huong, country.window(width=390) as minh:
        page = huong.page
        country.staff_signs_in(page, "huong")
        page.goto("/oversight/silence/")
        expect(page.locator("main")).to_contain_text("1 đơn vị không phản hồi")
        expect(page.locator("main")).to_contain_text("Chưa ai đăng nhập lần nào")
        is_well(huong)

        # A press shows the number to call, and stores that she has seen it.
        page.locator("#no_sign_in").get_by_role("button", name="Xem số điện thoại").click()
        expect(page.locator("#contact a[href^='tel:']")).to_be_visible()
        is_well(huong)
        page.goto("/oversight/silence/")

        # She writes a note; the page of the station says that nobody has read it.
        page.locator("#no_sign_in").get_by_role("link", name="Gửi lời nhắn").click()
        is_well(huong)
        press(page, "Gửi lời nhắn")
        expect(page.locator("main")).to_contain_text("Hãy ghi điều cơ sở cần biết")
        page.get_by_label("Lời nhắn cho cơ sở").fill("Trạm có ai trực không? Xin gọi cho tôi.")
        press(page, "Gửi lời nhắn")
        expect(page.locator("#notes")).to_contain_text("chưa ai đọc")
        is_well(huong)

        # The cases that are late are ticked already; she gives them to the next station.
        page.locator("#acts").get_by_role("link", name="Giao hồ sơ cho đơn vị khác").click()
        expect(page.locator("[name=case]:checked")).to_have_count(2)
        is_well(huong)
        page.get_by_label("Trạm Y tế Phường Quảng An").check()
        page.get_by_label("Lý do").fill("Trạm Bưởi chưa có người xử lý")
        press(page, "Giao các hồ sơ đã đánh dấu")
        expect(page.locator("main")).to_contain_text(
            "Đã giao 2 đề xuất cho Trạm Y tế Phường Quảng An"
        )
        is_well(huong)
        assert {Correction.objects.get(pk=case.pk).holder for case in late} == {world.quang_an}
        assert Correction.objects.get(pk=fresh.pk).holder == world.buoi

        # The report shows it as done.
        page.goto("/oversight/report/organizations/")
        expect(page.locator("main")).to_contain_text("Đã giao 2 đề xuất cho")
        expect(page.locator("main")).to_contain_text("chưa ai đọc")

        # Minh comes back, reads the note in her queue, and marks it as read.
        nurse = minh.page
        country.staff_signs_in(nurse, "minh")
        nurse.goto("/review/")
        expect(nurse.locator("main")).to_contain_text("Trạm có ai trực không?")
        is_well(minh)
        press(nurse, "Đánh dấu đã đọc")
        expect(nurse.locator("main")).not_to_contain_text("Trạm có ai trực không?")
        assert OfficerNote.objects.get().read_by == world.user("minh")
        page.goto(f"/oversight/sites/{world.buoi.public_id}/")
        expect(page.locator("#notes")).to_contain_text("Phạm Thị Minh đã đọc")
