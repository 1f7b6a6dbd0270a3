"""Somebody from the street reads the public statistics on a phone, without signing in."""

import pytest

from public_statistics import publish
from public_statistics.models import PublishedFigures
from tests.journeys.conftest import Country
from tests.public_statistics.conftest import october, provinces
from tests.public_statistics.months import OCTOBER, close_month

__all__ = ["october", "provinces"]


@pytest.fixture
def world(country: Country):
    return country.world


@pytest.mark.journey
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_page_of_a_month_is_readable_by_everybody(country, october, width):
    close_month(OCTOBER)
    publish.publish()
    assert PublishedFigures.objects.exists()

    with country.window(width=width) as seen:
        seen.go("/")
        seen.page.get_by_role("link", name="Thống kê công khai").click()
        seen.page.wait_for_url("**/statistics/")
        assert seen.page.get_by_role("heading", level=1).inner_text() == "Thống kê công khai"
        assert seen.complaints() == []
        seen.page.get_by_role("link", name="English").click()
        assert seen.page.get_by_role("heading", level=1).inner_text() == "Public statistics"
        assert seen.complaints() == []
