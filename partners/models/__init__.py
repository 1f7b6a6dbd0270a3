"""Partner apps with their tokens, and the consents of citizens."""

from partners.models.apps import PartnerApp, PartnerAppQuerySet
from partners.models.consents import AppConsent, AppConsentPerson, AppConsentQuerySet
from partners.models.tokens import AccessToken, DeviceGrant, Grant, IDToken, RefreshToken

__all__ = [
    "AccessToken",
    "AppConsent",
    "AppConsentPerson",
    "AppConsentQuerySet",
    "DeviceGrant",
    "Grant",
    "IDToken",
    "PartnerApp",
    "PartnerAppQuerySet",
    "RefreshToken",
]
