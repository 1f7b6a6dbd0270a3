"""Lan's name is misspelt and a dose is not hers: filed at once, decided by two judges."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from citizens.models import Citizen
from corrections.models import Correction, Kind
from doses.models import Dose
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import accept, is_well, press

pytestmark = pytest.mark.journey


def test_a_wrong_name_and_a_strangers_dose_are_put_right(country: Country):
    world = country.world
    kept = worlds.dose(world)
    strange = worlds.dose(
        world, vaccine=world.pfizer, given_on=date(2021, 11, 21), ordinal=2, lot="FG3527"
    )
    with country.window(width=390) as lan:
        page = lan.page
        country.citizen_signs_in(page, "0912 345 678")
        page.goto("/corrections/new/")
        page.get_by_label(re.compile("Mũi cơ bản 2")).check()
        page.get_by_role("radio", name=re.compile("Mũi này là của người khác")).check()
        page.get_by_label(re.compile("Thông tin cá nhân bị sai")).check()
        expect(page.locator(f"[name='kind_{kept.public_id}']").first).to_be_hidden()
        is_well(lan)
        press(page, "Tiếp tục")

        page.wait_for_url(re.compile("/corrections/new/dose/identity/"))
        page.fill("[name=full_name]", "Nguyễn Thị Lân")
        page.fill("[name=id_number]", "001190012345")
        expect(page.locator("#advice-id_number")).to_contain_text("1990")
        is_well(lan)
        page.fill("[name=id_number]", "")
        expect(page.locator("#advice-id_number")).to_be_empty()
        press(page, "Tiếp tục")

        page.wait_for_url(re.compile("/corrections/new/photos/"))
        is_well(lan)
        press(page, "Tiếp tục")
        page.get_by_label(re.compile("Điều tôi ghi là đúng|đúng sự thật")).check()
        is_well(lan)
        press(page, "Gửi đề xuất")
        page.wait_for_url(re.compile("/corrections/filed/"))
        is_well(lan)

        cases = {case.kind: case for case in Correction.objects.all()}
        assert set(cases) == {Kind.NOT_MINE, Kind.IDENTITY}
        with country.window(width=1280) as minh:
            country.staff_signs_in(minh.page, "minh")
            for kind in (Kind.NOT_MINE, Kind.IDENTITY):
                minh.go(f"/review/{cases[kind].reference}/")
                if kind == Kind.IDENTITY:
                    minh.page.locator("[name=identity_check][value=cccd]").check()
                is_well(minh)
                accept(minh.page)
                is_well(minh)
                minh.page.locator("[name=confirmed]").click()
                minh.page.wait_for_url(re.compile("/review/(VR-[^/]+/)?$"))

        assert Dose.objects.get(pk=strange.pk).status == Dose.Status.ENTERED_IN_ERROR
        assert Citizen.objects.get(pk=kept.citizen_id).full_name == "Nguyễn Thị Lân"
        lan.go(f"/corrections/{cases[Kind.NOT_MINE].reference}/")
        expect(page.locator("main")).to_contain_text("gỡ khỏi sổ")
        is_well(lan)
        lan.go("/record/")
        expect(page.locator("main")).not_to_contain_text("FG3527")
        is_well(lan)
