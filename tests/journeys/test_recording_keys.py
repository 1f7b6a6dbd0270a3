"""A nurse records ten people of a session without the mouse: a number, Enter, Enter."""

from datetime import date

import pytest
from playwright.sync_api import expect

from citizens.models import Citizen
from doses import sessions
from doses.models import Dose
from tests.journeys.conftest import Country
from tests.journeys.steps import Keyboard, is_well
from vaxreg import db_time

pytestmark = pytest.mark.journey
NUMBERS = [f"0011880200{number:02}" for number in range(10)]


def test_ten_people_are_recorded_with_two_keys_each(country: Country):
    world = country.world
    minh = world.user("minh")
    lot = sessions.receive_lot(
        world.buoi, world.pfizer, "FR7081", received_on=date(2021, 9, 1), by=minh
    )
    session = sessions.plan(world.buoi, db_time.now().date(), lots=[lot], by=minh)
    for place, number in enumerate(NUMBERS):
        Citizen.objects.create(
            full_name=f"Nguyễn Thị {'ABCDEGHKLM'[place]}",
            date_of_birth=date(1988, 3, 1 + place),
            sex="female",
            id_number=number,
            area=world.areas["buoi"],
        )
    with country.window(width=1280) as nurse:
        country.staff_signs_in(nurse.page, "minh")
        nurse.go(f"/recording/sessions/{session.public_id}/")
        keys = Keyboard(nurse.page)

        for number in NUMBERS:
            expect(nurse.page.locator("#id_who")).to_be_focused()
            nurse.page.keyboard.type(number)
            keys.press("Enter")
            expect(nurse.page.locator(".give button.button--primary")).to_be_focused()
            keys.press("Enter")

        expect(nurse.page.locator("main table tbody tr")).to_have_count(10)
        assert keys.pressed == 20
        is_well(nurse)
    given = Dose.objects.filter(session=session)
    assert given.count() == 10
    assert set(given.values_list("lot", "ordinal", "provenance")) == {("FR7081", 1, "site_entry")}
