"""What was entered late answers open cases; a dose under another name comes to its owner."""

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.models import Correction
from doses.actions import revise
from tests.cases import colleague, file_at
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press

pytestmark = pytest.mark.journey


def test_minh_closes_what_was_entered_and_gives_lan_the_dose_under_another_name(country: Country):
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
