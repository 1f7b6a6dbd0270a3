"""Phạm Văn Minh adds a passkey on his desk, and next morning signs in with his fingerprint."""

import pytest

from tests.journeys.conftest import PASSWORD, Country

pytestmark = pytest.mark.journey


def test_a_nurse_adds_a_passkey_and_signs_in_with_it(country: Country, settings):
    settings.SITE_DOMAIN = country.url.removeprefix("http://")
    with country.window(width=1280) as desk:
        page = desk.page
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
        }
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        country.staff_comes_through_the_door(page, "minh")

        page.goto("/account/second-factors/passkeys/add/")
        page.fill("[name=name]", "Máy ở phòng tiêm")
        page.click("form[data-passkey] button")
        page.wait_for_url("**/account/second-factors/")
        page.locator("strong", has_text="Máy ở phòng tiêm").wait_for()
        assert desk.complaints() == []
        page.context.clear_cookies()

        page.goto("/staff/sign-in/")
        page.fill("[name=email]", country.world.user("minh").email or "")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.click("form[data-passkey] button")
        page.wait_for_url("**/review/")
