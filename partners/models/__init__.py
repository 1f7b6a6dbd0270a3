"""Partner apps with their tokens, the consents of citizens, and what apps are told."""

from partners.models.apps import PartnerApp, PartnerAppQuerySet
from partners.models.consents import AppConsent, AppConsentPerson, AppConsentQuerySet
from partners.models.tokens import AccessToken, DeviceGrant, Grant, IDToken, RefreshToken
from partners.models.webhooks import Delivery, Endpoint, EndpointSwitch, Event, EventType

__all__ = [
    "AccessToken",
    "AppConsent",
    "AppConsentPerson",
    "AppConsentQuerySet",
    "Delivery",
    "DeviceGrant",
    "Endpoint",
    "EndpointSwitch",
    "Event",
    "EventType",
    "Grant",
    "IDToken",
    "PartnerApp",
    "PartnerAppQuerySet",
    "RefreshToken",
]
