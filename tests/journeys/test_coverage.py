"""A health officer looks at coverage in the browser, from the province down to a district."""

from datetime import date

import pytest
from playwright.sync_api import expect

from organizations.models import Area
from tests.factories.citizens import CitizenFactory
from tests.journeys.conftest import Country
from tests.journeys.steps import is_well
from tests.uptake.given import give
from uptake.fold import update_sums
from uptake.models import Band, Population

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("width", [320, 1280])
def test_phuc_looks_where_fewest_are_vaccinated_and_goes_there(country: Country, width: int):
    world = country.world
    for name, number in (("buoi", 1), ("lang", 2)):
        for _person in range(number):
            give(world, CitizenFactory.create(area=world.areas[name]), "JS", 0)
    update_sums()
    Population.objects.bulk_create(
        Population(area=area, band=band, people=2, source="Thử", as_of=date(2021, 1, 1))
        for area in Area.objects.filter(level="district")
        for band in Band
    )

    with country.window(width=width) as phuc:
        country.staff_signs_in(phuc.page, "phuc")
        phuc.go("/coverage/")
        main = phuc.page.locator("main")
        expect(main).to_contain_text("3 người đã tiêm ít nhất một mũi")
        is_well(phuc)

        phuc.page.locator("#areas summary").first.click()
        phuc.page.locator("#areas table").get_by_role("link").first.click()
        expect(main).to_contain_text("Quận Tây Hồ: 8,3% dân số đã tiêm ít nhất một mũi")
        is_well(phuc)

        phuc.page.select_option("[name=measure]", "booster")
        phuc.page.select_option("[name=period]", "30")
        phuc.page.fill("[name=day]", "2/8/2021")
        phuc.page.get_by_role("button", name="Xem").click()
        phuc.page.locator("#days summary").click()
        expect(phuc.page.locator("#days table")).to_contain_text("02/08/2021")
        is_well(phuc)

        phuc.page.fill("[name=day]", "32/8/2021")
        phuc.page.get_by_role("button", name="Xem").click()
        is_well(phuc)
