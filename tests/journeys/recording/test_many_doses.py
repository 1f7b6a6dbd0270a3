"""A session of twelve doses under the wrong lot is put right in one act, and undone again."""

import pytest
from playwright.sync_api import expect

from doses.models import Dose
from review.many_doses import running
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from tests.review.many_doses.scene import WHY, scene_of

pytestmark = pytest.mark.journey


def test_a_session_under_the_wrong_lot_is_put_right_and_undone(
    country: Country, monkeypatch: pytest.MonkeyPatch
):
    # The worker comes when the journey says so.
    monkeypatch.setattr(running, "hint", lambda *_args: None)
    scene = scene_of(country.world, 12)
    with country.window(width=390) as nurse:
        page = nurse.page
        country.staff_signs_in(page, "minh")
        nurse.go(f"/recording/sessions/{scene.session.public_id}/")
        is_well(nurse)
        page.get_by_role("link", name="Sửa cả buổi tiêm").click()
        expect(page.locator("#id_session")).to_have_value(str(scene.session.public_id))
        press(page, "Kiểm tra các mũi tiêm")
        is_well(nurse)
        page.fill("#id_right_lot", "fg3527")
        page.fill("#id_why", WHY)
        press(page, "Kiểm tra các mũi tiêm")
        expect(page.locator("progress")).to_be_visible()
        is_well(nurse)

        running.go_on()
        page.reload()
        expect(page.locator("main tbody tr")).to_have_count(12)
        is_well(nurse)
        page.locator("main tbody input").first.check()
        press(page, "Bỏ ra các mũi đã đánh dấu")
        press(page, "Sửa 11 mũi tiêm")
        running.go_on()
        page.reload()
        expect(page.get_by_text("Đã sửa 11 mũi tiêm")).to_be_visible()
        is_well(nurse)
        assert Dose.objects.filter(session=scene.session, lot="FG3527").count() == 11

        page.get_by_role("link", name="Hoàn tác").click()
        is_well(nurse)
        press(page, "Hoàn tác")
        running.go_on()
        page.reload()
        is_well(nurse)
    assert Dose.objects.filter(session=scene.session, lot="ABX4112").count() == 12
