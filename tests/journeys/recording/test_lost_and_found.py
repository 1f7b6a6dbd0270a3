"""What was entered late answers open cases; a dose under another name comes to its owner."""

from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import User
from citizens.models import Citizen, RecordLink
from corrections import actions
from corrections.models import Correction
from doses.actions import revise
from messaging.models import Message
from tests import world as worlds
from tests.cases import colleague, file_at, file_one
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from vaxreg import db_time

pytestmark = pytest.mark.journey


def test_minh_closes_what_was_entered(country: Country):
    world = country.world
    filed = [file_at(world, number) for number in range(3)]
    for case in filed:
        assert case.dose is not None
        revise(case.dose, changes={"vaccine": world.pfizer}, by=None, why="Sổ buổi tiêm")
    actions.pick_up(filed[2], by=colleague(world))

    with country.window(width=390) as minh:
        country.staff_signs_in(minh.page, "minh")
        minh.go("/review/")
        minh.page.get_by_role("link", name="giải quyết 3 đề xuất").click()
        expect(minh.page.get_by_role("checkbox")).to_have_count(2)
        is_well(minh)
        press(minh.page, "Đóng các đề xuất đã chọn")
        expect(minh.page.get_by_text("Đã đóng 2 đề xuất")).to_be_visible()
        is_well(minh)
    assert Correction.objects.filter(status="accepted").count() == 2


def test_a_dose_under_another_name_comes_to_lan_and_the_other_may_object(country: Country):
    world = country.world
    lam = Citizen.objects.create(
        full_name="Nguyen Thi Lam",
        date_of_birth=date(1988, 3, 27),
        sex="female",
        phone="+84911111111",
    )
    missing = {"vaccine": "PF", "given_on": "2021-11-21", "position": "primary-2"}
    case = file_one(
        world,
        proposed={**missing, "organization": str(world.buoi.public_id)},
        named_site=world.buoi,
    )
    given = {"vaccine": world.pfizer, "given_on": date(2021, 11, 21), "ordinal": 2}
    dose = worlds.dose(world, citizen=lam, **given)

    with country.window(width=1280) as minh:
        country.staff_signs_in(minh.page, "minh")
        minh.go(f"/review/{case.reference}/")
        is_well(minh)
        minh.page.get_by_role("link", name="Đúng mũi này: chuyển từ Nguyen Thi Lam").click()
        is_well(minh)
        minh.page.locator("button[name=confirmed]").click()
        expect(minh.page.get_by_text(case.reference).first).to_be_visible()
    dose.refresh_from_db()
    assert dose.citizen == case.citizen
    assert Correction.objects.get(pk=case.pk).status == "accepted"

    with country.window(width=390) as lan:
        country.citizen_signs_in(lan.page, "0912 345 678")
        lan.go(f"/record/doses/{dose.public_id}/")
        expect(lan.page.get_by_text("trước đó ghi ở tên khác")).to_be_visible()
        is_well(lan)

    told = Message.objects.get(purpose="dose.moved")
    assert told.recipient == lam.phone
    user = User.objects.create_user(phone=lam.phone, full_name="Lam", phone_verified=True)
    since = db_time.now()
    RecordLink.objects.create(
        user=user, citizen=lam, relation="self", proven_by="phone_and_id", since=since
    )
    with country.window(width=390) as other:
        country.citizen_signs_in(other.page, "0911 111 111")
        other.go(f"/record/doses/{dose.public_id}/")
        is_well(other)
        press(other.page, "Đó là mũi của tôi")
        expect(other.page.locator("[name=given_on]")).to_have_value("21/11/2021")
        is_well(other)
