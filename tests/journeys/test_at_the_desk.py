"""What happens between desks, in the browser: not ours, two doses apart, the second person."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from corrections import actions
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.lifecycle import Status
from corrections.models import Correction, Policy
from doses.models import Dose
from organizations.models import Membership, Organization
from tests import world as worlds
from tests.cases import file_one
from tests.factories.accounts import staff_user
from tests.journeys.conftest import Country
from tests.journeys.steps import accept, is_well, press, refuse
from vaxreg import db_time

pytestmark = pytest.mark.journey


def hire(country: Country, key: str, name: str, where: Organization) -> None:
    """Let somebody new work at a site."""
    user = staff_user(email=f"{key}@example.vn", full_name=name, password="x")
    since = db_time.now() - timedelta(days=3)
    Membership.objects.create(user=user, organization=where, role="reviewer", since=since)
    country.world.users[key] = user


def says_not_ours(page: Page, case: Correction, words: str, to: str, reason: str) -> None:
    """Open the case, look a site up by its name, and pass the case on to it."""
    page.goto(f"/review/{case.reference}/")
    page.get_by_role("link", name=re.compile("Chuyển đi")).click()
    page.fill("[name=q]", words)
    press(page, "Tìm")
    page.get_by_label(re.compile(to)).check()
    page.fill("[name=reason]", reason)


def test_not_ours_three_times_goes_to_the_district(country: Country):
    world = country.world
    case = file_one(world)
    hire(country, "hoa", "Nguyễn Thị Phương Hoa", world.quang_an)
    with country.window(width=390) as minh, country.window(width=1280) as hoa:
        country.staff_signs_in(minh.page, "minh")
        says_not_ours(minh.page, case, "quang an", "Quảng An", "Hôm đó chị tiêm ở Quảng An")
        is_well(minh)
        press(minh.page, "Chuyển hồ sơ")
        expect(minh.page.get_by_role("status").first).to_contain_text("Quảng An")
        is_well(minh)

        country.staff_signs_in(hoa.page, "hoa")
        expect(hoa.page.locator("main")).to_contain_text("Chuyển lần 1")
        is_well(hoa)
        says_not_ours(hoa.page, case, "lang thuong", "Láng Thượng", "Sổ của trạm không có chị")
        is_well(hoa)
        press(hoa.page, "Chuyển hồ sơ")
        expect(hoa.page.get_by_role("status").first).to_contain_text("Láng Thượng")
    with country.window(width=1280) as tuan, country.window(width=390) as duc:
        country.staff_signs_in(tuan.page, "tuan")
        tuan.go(f"/review/{case.reference}/pass-on/")
        expect(tuan.page.locator("main")).to_contain_text("lần thứ ba")
        expect(tuan.page.locator("main")).to_contain_text("Trung tâm Y tế Quận Đống Đa")
        tuan.page.fill("[name=reason]", "Cũng không phải của trạm")
        is_well(tuan)
        tuan.page.locator("main form button[type=submit]").last.click()
        expect(tuan.page.get_by_role("status").first).to_contain_text("Đống Đa")

        country.staff_signs_in(duc.page, "duc")
        duc.go(f"/review/{case.reference}/")
        expect(duc.page.locator("#time")).to_contain_text("Phường Láng Thượng")
        duc.page.locator("#time > summary").click()
        is_well(duc)
    case.refresh_from_db()
    assert case.holder == world.dong_da
    assert case.bounces == 3


def test_two_doses_of_one_filing_are_decided_apart(country: Country):
    world = country.world
    lan = world.user("lan")
    wrong = Claim(dose=worlds.dose(world), proposed={"vaccine": world.pfizer.code})
    given = {"position": "primary-2", "given_on": "2021-10-02", "vaccine": "PF"}
    lacking = Claim(
        proposed={**given, "organization": str(world.buoi.public_id)}, named_site=world.buoi
    )
    filed = filing.file(by=lan, citizen=world.citizens["lan"], key="two", claims=[wrong, lacking])
    first, second = (actions.route(one) for one in filed.corrections.order_by("pk"))
    with country.window(width=390) as minh, country.window(width=390) as citizen:
        page = minh.page
        country.staff_signs_in(page, "minh")
        minh.go(f"/review/{first.reference}/")
        accept(page)
        is_well(minh)
        press(page, "Sửa sổ")
        is_well(minh)

        minh.go(f"/review/{second.reference}/")
        refuse(page, "photo_blurred")
        is_well(minh)
        press(page, "Tiếp tục")
        expect(page.locator("main")).to_contain_text("Khiếu nại trong vòng 30 ngày")
        is_well(minh)
        press(page, "Từ chối đề xuất")

        country.citizen_signs_in(citizen.page, "0912345678")
        citizen.page.goto("/corrections/")
        expect(citizen.page.locator(".status--accepted")).to_have_count(1)
        expect(citizen.page.locator(".status--refused")).to_have_count(1)
    assert Correction.objects.get(pk=first.pk).status == Status.ACCEPTED
    assert Correction.objects.get(pk=second.pk).status == Status.REFUSED
    assert Dose.objects.count() == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_a_dose_on_a_photo_alone_waits_for_a_second_person(country: Country, width: int):
    world = country.world
    Policy.objects.create(
        version=2, four_eyes=["dose_on_photo_alone"], second_look_percent=0, made_at=db_time.now()
    )
    given = {"position": "primary-2", "given_on": "2021-10-02", "vaccine": "PF"}
    site = str(world.buoi.public_id)
    case = file_one(world, proposed={**given, "organization": site}, named_site=world.buoi)
    hire(country, "thu", "Ngô Thị Thu", world.buoi)
    with country.window(width=width) as minh, country.window(width=width) as thu:
        page = minh.page
        country.staff_signs_in(page, "minh")
        minh.go(f"/review/{case.reference}/")
        is_well(minh)
        accept(page)
        expect(page.locator("main")).to_contain_text("Cần người thứ hai xác nhận")
        is_well(minh)
        press(page, "Trình người thứ hai")
        expect(page.locator("main")).to_contain_text("chờ người thứ hai")
        is_well(minh)

        country.staff_signs_in(thu.page, "thu")
        thu.page.get_by_role("link", name=re.compile("Cần xác nhận")).click()
        is_well(thu)
        thu.page.get_by_role("link", name="Nguyễn Thị Lan").click()
        is_well(thu)
        press(thu.page, "Xác nhận: sửa sổ")
        expect(thu.page.get_by_role("status").first).to_be_visible()
        is_well(thu)
    case.refresh_from_db()
    assert case.status == Status.ACCEPTED
    assert Dose.objects.get().ordinal == 2


@pytest.mark.parametrize("width", [390, 1280])
def test_a_question_stops_the_clock_and_its_answer_comes_back_marked(country: Country, width: int):
    case = file_one(country.world)
    with country.window(width=width) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        minh.go(f"/review/{case.reference}/")
        page.get_by_role("link", name="Hỏi người dân").click()
        page.locator("[name=need][value=photo_again]").check()
        expect(page.locator("[name=question]")).to_have_value(re.compile("chụp lại"))
        is_well(minh)
        press(page, "Gửi câu hỏi")
        expect(page.locator("main")).to_contain_text("Đang chờ người dân trả lời")
        is_well(minh)
        minh.go("/review/?tab=waiting")
        is_well(minh)
        actions.answer(
            Correction.objects.get(), by=country.world.user("lan"), words="Em gửi lại ảnh rồi ạ"
        )
        minh.go("/review/")
        expect(page.locator("main")).to_contain_text("Đã trả lời")
        is_well(minh)
