"""Browsers that signed in before: a signed cookie, and limits of their own for them.

Whoever types wrong codes or passwords for somebody else locks browsers that never signed in there,
and not those of that person (device cookies, OWASP Authentication Cheat Sheet).
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.rate_limits import LimitRule, Limits
from vaxreg.encryption import ACCOUNTS

SALT = "accounts.device"
LABEL = "proven on device"
# Characters of the hash of a subject in the cookie, and how many subjects it holds.
HASH_LENGTH = 20
MOST_SUBJECTS = 12


@dataclass(frozen=True)
class Device:
    """A browser by its cookie: a random key, and hashes of the subjects proven in it."""

    key: str = ""
    proven: tuple[str, ...] = ()

    def knows(self, subject: str) -> bool:
        """Whether this subject, such as an e-mail address, was proven here before."""
        return any(one[:HASH_LENGTH] in self.proven for one in ACCOUNTS.digests(LABEL, subject))


# A browser without a cookie of ours.
UNKNOWN = Device()


def device_of(request: HttpRequest) -> Device:
    """Return the browser as its cookie names it; UNKNOWN without a cookie that we signed."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    try:
        key, proven = signing.loads(cookie, salt=SALT, max_age=settings.DEVICE_COOKIE_AGE)
    except signing.BadSignature:
        return UNKNOWN
    return Device(key, tuple(proven))


def remember(request: HttpRequest, response: HttpResponse, subject: str) -> None:
    """Let this browser know from now on that the subject was proven in it."""
    device = device_of(request)
    known = {one[:HASH_LENGTH] for one in ACCOUNTS.digests(LABEL, subject)}
    others = [one for one in device.proven if one not in known]
    proven = [*others, ACCOUNTS.digest(LABEL, subject)[:HASH_LENGTH]][-MOST_SUBJECTS:]
    key = device.key or secrets.token_urlsafe(16)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps([key, proven], salt=SALT),
        max_age=settings.DEVICE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def rules(
    device: Device, purpose: str, subject: str, limits: Limits, *shared: LimitRule
) -> list[LimitRule]:
    """Return the limits for an attempt about this subject.

    A browser where it was proven before has the limits for itself alone. All others have them
    together, with the `shared` ones of an address or of the whole country.
    """
    if device.knows(subject):
        return [LimitRule(f"{purpose} (known)", f"{device.key}:{subject}", limits)]
    return [LimitRule(purpose, subject, limits), *shared]
