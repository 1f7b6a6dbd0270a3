"""An app of others, and the consent of a citizen, as tests begin with them."""

from collections.abc import Sequence
from datetime import timedelta

from accounts.models import User
from citizens.models import Citizen
from partners.models import AppConsent, AppConsentPerson, Endpoint, EventType, PartnerApp
from partners.webhooks import registering
from vaxreg import db_time

SECRET = "a-secret-of-the-tests"
URL = "https://app.example.vn/hook"


def new_app(name: str = "Sổ sức khoẻ") -> PartnerApp:
    return PartnerApp.objects.create(
        name=name,
        run_by="Công ty Ví Dụ",
        contact_email="van-hanh@example.vn",
        scopes=["read"],
        client_type=PartnerApp.CLIENT_CONFIDENTIAL,
        authorization_grant_type=PartnerApp.GRANT_AUTHORIZATION_CODE,
        client_secret=SECRET,
        redirect_uris="https://app.example.vn/back",
    )


def agree(
    app: PartnerApp, user: User, *people: Citizen, scopes: Sequence[str] = ("read",)
) -> AppConsent:
    """Let this user agree that the app uses these records, for a year."""
    consent = AppConsent.objects.create(
        user=user, app=app, scopes=list(scopes), ends_at=db_time.now() + timedelta(days=365)
    )
    AppConsentPerson.objects.bulk_create(
        AppConsentPerson(consent=consent, citizen=one) for one in people
    )
    return consent


def listen(app: PartnerApp, url: str = URL) -> Endpoint:
    """Give the app an address that wants all events."""
    made, _is_new = registering.state(app, url, EventType.values)
    return made
