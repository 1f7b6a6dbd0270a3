"""A site sees whose dose is due, reminds them by SMS, and the line goes once the dose is recorded."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from messaging.models import Message
from organizations.models import Membership
from recording.due import fold, reminders, sending
from tests import world as worlds
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well
from vaxreg import db_time

pytestmark = pytest.mark.journey


def test_a_site_reminds_those_whose_dose_is_due_until_it_is_given(country: Country):
    world = country.world
    today = timezone.localdate(db_time.now())
    Membership.objects.filter(user=world.user("minh")).update(role="lead")
    worlds.dose(world, given_on=today - timedelta(days=54))
    worlds.dose(world, "binh", given_on=today - timedelta(days=70))
    fold.update()
    with country.window(width=390) as minh:
        page = minh.page
        country.staff_signs_in(page, "minh")
        page.goto("/recording/")
        page.get_by_role("link", name="Mũi tiêm đến hạn").click()
        expect(page.locator("main")).to_contain_text("Trần Văn Bình")
        is_well(minh)
        page.get_by_role("button", name="Gọi Trần Văn Bình").click()
        expect(page.locator("main")).to_contain_text("0987 654 321")
        is_well(minh)

        # The lead switches reminders on; what the SMS says stands there.
        page.goto("/recording/due/")
        page.get_by_role("link", name="Tin nhắn nhắc lịch").click()
        page.fill("[name=covid19-days_before]", "nhiều")
        page.locator("#covid19").get_by_role("button", name="Bật").click()
        expect(page.locator("[name=covid19-days_before]")).to_have_value("nhiều")
        is_well(minh)
        page.fill("[name=covid19-days_before]", "3")
        page.locator("#covid19").get_by_role("button", name="Bật").click()
        expect(page.locator("#covid19")).to_contain_text("Trước 3 ngày")
        is_well(minh)

        with db_time.at(timezone.localtime(db_time.now()).replace(hour=10)):
            sending.send_due()
        (message,) = Message.objects.filter(purpose=reminders.PURPOSE)
        assert message.user == world.user("lan")
        page.goto("/recording/due/?when=week")
        expect(page.locator("main")).to_contain_text("đã nhắc")
        is_well(minh)

        worlds.dose(world, ordinal=2, given_on=today)
        fold.update()
        page.reload()
        expect(page.locator("main")).not_to_contain_text("Nguyễn Thị Lan")
