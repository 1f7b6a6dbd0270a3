"""A district sends a list of messages, letters and calls: tried, recorded, and taken back."""

import pytest
from playwright.sync_api import expect

from corrections import actions
from corrections.models import Correction
from counter.reports import running
from counter.reports.models import ReportFile
from matching import writing
from tests import world as worlds
from tests.counter.reports.scene import HEADER, row, wrong
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well, press
from tests.organizations.sheets import csv_bytes

pytestmark = pytest.mark.journey

ROWS = [
    row(),
    row(),
    row(channel="Fax"),
    row(id_number="", position="3", given_on="", phone="0912345678"),
    row(name="Vũ Văn Lạ", born="01/02/1950", id_number="", position="1", phone="0905111222"),
    wrong(),
    wrong(position="3"),
    wrong(fact="Màu sắc"),
]


def test_a_district_records_a_list_of_reports_and_takes_it_back(
    country: Country, monkeypatch: pytest.MonkeyPatch
):
    world = country.world
    worlds.dose(world)
    writing.write([world.citizens["lan"]])
    # A worker would go on by itself; here each step is seen before it is done.
    monkeypatch.setattr(running, "hint", lambda *_args: None)
    file = {"name": "phan-anh.csv", "mimeType": "text/csv", "buffer": csv_bytes([HEADER, *ROWS])}
    with country.window(width=1280) as officer:
        page = officer.page
        country.staff_signs_in(page, "huong")
        officer.go("/counter/reports/")
        is_well(officer)
        page.set_input_files("input[type=file]", file)
        press(page, "Gửi tệp")
        page.wait_for_url("**/columns/")
        is_well(officer)
        press(page, "Kiểm tra các dòng")
        expect(page.locator("main")).to_contain_text("Đang kiểm tra các dòng")
        is_well(officer)
        sent = ReportFile.objects.get()
        running.work(sent.pk)

        page.reload()
        expect(page.locator("main")).to_contain_text("2 dòng nêu người")
        is_well(officer)
        page.goto(f"{page.url}?show=error")
        expect(page.locator("main")).to_contain_text("Dòng 2 phản ánh cùng nội dung.")
        is_well(officer)
        page.get_by_role("link", name="Quyết định", exact=True).click()
        lan, stranger = page.locator("fieldset").all()
        lan.get_by_role("radio").first.check()
        stranger.locator("[value=new]").check()
        is_well(officer)
        press(page, "Lưu quyết định")
        page.wait_for_url(f"**/{sent.public_id}/")
        press(page, "Ghi nhận 4 phản ánh")
        expect(page.locator("main")).to_contain_text("Đang ghi nhận các phản ánh")
        running.work(sent.pk)

        page.reload()
        expect(page.locator("main")).to_contain_text("Đã ghi nhận 4 phản ánh thành hồ sơ.")
        page.goto(f"{page.url}?show=filed")
        is_well(officer)
        first = actions.route(Correction.objects.order_by("pk")[0])
        actions.pick_up(first, by=world.user("minh"))
        page.get_by_role("link", name="Hoàn tác tệp này").click()
        expect(page.locator("main")).to_contain_text(first.reference)
        is_well(officer)
        press(page, "Rút các hồ sơ này")
        running.work(sent.pk)
        page.goto(f"/counter/reports/{sent.public_id}/?show=withdrawn")
        expect(page.locator("main table")).to_contain_text("Vũ Văn Lạ")
        is_well(officer)
    assert sorted(Correction.objects.values_list("status", flat=True)) == [
        "in_review",
        *["withdrawn"] * 3,
    ]
    with country.window(width=1280) as nurse:
        country.staff_signs_in(nurse.page, "minh")
        nurse.go(f"/review/{first.reference}/")
        expect(nurse.page.locator("main")).to_contain_text("phản ánh lúc 25/10/2021")
        is_well(nurse)
