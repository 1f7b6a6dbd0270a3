"""Somebody for whom nothing works looks how the service is, without signing in."""

import pytest

from tests.journeys.conftest import Country
from watching import state


@pytest.fixture(autouse=True)
def nothing_seen_before():
    state.forget()
    yield
    state.forget()


@pytest.mark.journey
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_anybody_reads_how_the_service_is_in_both_languages(country: Country, width):
    with country.window(width=width) as seen:
        seen.go("/")
        seen.page.get_by_role("link", name="Tình trạng hệ thống").click()
        seen.page.wait_for_url("**/status/**")
        assert seen.page.get_by_role("row").count() >= 5
        assert seen.complaints() == []
        seen.page.get_by_role("link", name="English").click()
        seen.page.get_by_role("columnheader", name="State").wait_for()
        assert seen.complaints() == []
