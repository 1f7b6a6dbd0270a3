"""An officer invites a nurse, who sets up her account and decides; suspended, she is out."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from accounts.models import User
from corrections.models import Correction
from messaging.models import Message
from tests.cases import file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import accept, is_well, press
from tests.organizations.sheets import xlsx

pytestmark = pytest.mark.journey

PASSWORD = "hoa sua Ho Tay mua thu"


def shown_by_the_app(page: Page) -> str:
    """The six digits that an app shows which has taken in the key of the page."""
    page.locator("summary", has_text="Không quét được").first.click()
    secret = page.locator(".secret").inner_text().strip()
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def test_a_nurse_is_invited_decides_and_is_out_when_suspended(country: Country):
    world = country.world
    file_one(world)
    file_one(world, whose="binh", key="key-2")
    with country.window(width=1280) as huong, country.window(width=390) as nurse:
        # Hương finds the station and invites a nurse; a slip in the address keeps what she typed.
        page = huong.page
        country.staff_signs_in(page, "huong")
        page.get_by_role("link", name="Nhân viên", exact=True).click()
        is_well(huong)
        page.fill("[name=q]", "buoi")
        page.locator("main form[role=search] button").click()
        page.get_by_role("link", name="Trạm Y tế Phường Bưởi").first.click()
        is_well(huong)
        page.get_by_role("link", name="Mời nhân viên").click()
        page.fill("[name=full_name]", "Nguyễn Phan Hoàng Thị Thanh Mai")
        page.fill("[name=email]", "thanh mai")
        page.fill("[name=id_number]", "001 190 045 678")
        page.fill("[name=date_of_birth]", "5/4/1990")
        page.locator("[name=role][value=reviewer]").check()
        press(page, "Gửi lời mời")
        expect(page.locator("[name=full_name]")).to_have_value("Nguyễn Phan Hoàng Thị Thanh Mai")
        is_well(huong)
        page.fill("[name=email]", "thanhmai@example.vn")
        press(page, "Gửi lời mời")
        expect(page.locator("main")).to_contain_text("chưa; mời ngày")
        is_well(huong)

        # The nurse follows the link: password, second step, recovery codes, and she is in.
        sent = Message.objects.get(purpose="staff.invited")
        link = re.search(r"/staff/invitation/\S+", sent.text)
        assert link
        phone = nurse.page
        phone.goto(link[0])
        expect(phone.locator("main")).to_contain_text("Nguyễn Phan Hoàng Thị Thanh Mai")
        is_well(nurse)
        phone.fill("[name=password]", PASSWORD)
        phone.fill("[name=again]", PASSWORD)
        press(phone, "Tiếp tục")
        expect(phone.locator("[name=code]")).to_be_visible()
        is_well(nurse)
        phone.fill("[name=code]", shown_by_the_app(phone))
        press(phone, "Tiếp tục")
        phone.locator("[name=saved]").check()
        phone.locator("main button[type=submit]").last.click()
        phone.wait_for_url(re.compile(r"/review/"))
        is_well(nurse)

        # The link is used up.
        phone.context.clear_cookies()
        phone.goto(link[0])
        expect(phone.locator("main")).to_contain_text("không còn dùng được")
        nurse.errors.clear()
        is_well(nurse)

        # She signs in as she will every day, decides one case and takes the next.
        user = User.objects.get(email="thanhmai@example.vn")
        world.users["thanh mai"] = user
        country.staff_signs_in(phone, "thanh mai")
        press(phone, "Nhận việc tiếp theo")
        accept(phone)
        press(phone, "Sửa sổ")
        expect(phone.get_by_role("status").first).to_be_visible()
        phone.wait_for_url(re.compile(r"/review/VR-"))
        assert Correction.objects.filter(status="accepted", decided_by=user).count() == 1
        assert Correction.objects.filter(status="in_review", reviewer=user).count() == 1

        # Hương suspends the account; the nurse's next click leads out.
        page.reload()
        page.get_by_role("link", name="Nguyễn Phan Hoàng Thị Thanh Mai").click()
        is_well(huong)
        page.get_by_role("link", name="Tạm khóa tài khoản").click()
        is_well(huong)
        press(page, "Tạm khóa tài khoản")
        is_well(huong)
        page.fill("[name=reason]", "Báo mất điện thoại")
        press(page, "Tạm khóa tài khoản")
        expect(page.locator("main")).to_contain_text("Báo mất điện thoại")
        is_well(huong)
        phone.reload()
        phone.wait_for_url(re.compile(r"/staff/sign-in/"))
        expect(phone.locator("body")).to_contain_text("tạm khóa")
        is_well(nurse)
        assert Correction.objects.get(status="queued").reviewer is None


def test_a_file_is_looked_at_row_by_row_and_then_imported(country: Country):
    rows = xlsx(
        [["DTC-00109-01", "Điểm tiêm Chu Văn An", "Điểm tiêm", "TYT-00109", "", "", ""]],
        [
            ["Vũ Thị Mới", "moi@example.vn", "DTC-00109-01", "Người xử lý"],
            ["Lê Văn Lạc", "lac@example.vn", "TYT-99999", "Người xử lý"],
        ],
    )
    with country.window(width=390) as huong:
        page = huong.page
        country.staff_signs_in(page, "huong")
        page.goto("/organizations/import/")
        is_well(huong)
        press(page, "Xem trước kết quả")
        is_well(huong)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        page.set_input_files(
            "input[type=file]", {"name": "danh sách.xlsx", "mimeType": kind, "buffer": rows}
        )
        press(page, "Xem trước kết quả")
        expect(page.locator("main")).to_contain_text("Không có đơn vị mã TYT-99999")
        is_well(huong)
        press(page, "Nhập 2 dòng")
        expect(page.locator("main")).to_contain_text("Đã nhập")
        is_well(huong)
        assert User.objects.filter(email="moi@example.vn").exists()
