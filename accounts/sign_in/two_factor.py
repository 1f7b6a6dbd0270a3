"""The second factor of staff: six digits from an authenticator app (TOTP), or a recovery code.

Passkeys are beside it: passkeys.py.

django-allauth stores the rows and computes the codes. That each code works only once is stored in
PostgreSQL, because a cache may lose entries.
"""

import base64
import hmac
import time

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from vaxreg.encryption import ACCOUNTS
from vaxreg.typed.numbers import plain_digits

# Encrypted entries in the rows of django-allauth: of an app, and of recovery codes.
ENCRYPTED = {"secret", "seed"}


def is_set_up(user: User) -> bool:
    """Whether the user has an authenticator app."""
    return app_of(user) is not None


def new_secret() -> str:
    """Return a new TOTP secret, base32."""
    return str(generate_totp_secret())


@transaction.atomic
def set_up(user: User, secret: str) -> None:
    """Store the TOTP secret (base32) of the user's app, and create new recovery codes."""
    _authenticators(user).delete()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


def matches(secret: str, typed: str) -> bool:
    """Whether `typed` is the code of this secret now, or one step of 30 s earlier or later."""
    return _counter_of(secret, clean(typed)) is not None


@transaction.atomic
def check(user: User, typed: str) -> Authenticator | None:
    """Return the factor that `typed` proves, or None. Each code is accepted once."""
    code = clean(typed)
    for row in _authenticators(user).select_for_update(of=("self",)).order_by("pk"):
        if row.type == Authenticator.Type.TOTP:
            counter = _counter_of(get_adapter().decrypt(row.data["secret"]), code)
            if counter is not None and counter > row.data.get("last_counter", 0):
                row.data["last_counter"] = counter
                row.save(update_fields=["data"])
                return row
        elif row.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(row).validate_code(
            code
        ):
            return row
    return None


@transaction.atomic
def renew_recovery_codes(user: User) -> None:
    """Replace the recovery codes by new ones, which nobody has seen."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)


def app_of(user: User) -> Authenticator | None:
    """Return the row of the authenticator app: since when it is set up, when it was last used."""
    return _authenticators(user).filter(type=Authenticator.Type.TOTP).first()


def recovery_codes(user: User) -> list[str]:
    """Return the unused recovery codes."""
    row = _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(row).get_unused_codes()) if row else []


def has_unseen_recovery_codes(user: User) -> bool:
    row = _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    return row is not None and not RecoveryCodes(row).did_view


def mark_recovery_codes_seen(user: User) -> None:
    row = _authenticators(user).filter(type=Authenticator.Type.RECOVERY_CODES).first()
    if row is not None:
        RecoveryCodes(row).mark_as_viewed()


def app_url(user: User, secret: str) -> str:
    """Return the otpauth:// URL for authenticator apps."""
    return str(get_adapter().build_totp_url(user, secret))


def qr_data_url(url: str) -> str:
    """Return the URL as a QR code: an SVG in a data: URL for an <img>."""
    svg = get_adapter().build_totp_svg(url)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def current_code(user: User) -> tuple[str, int] | None:
    """Return the app's code and for how many seconds it is valid; for the demo pages only."""
    row = app_of(user)
    if row is None:
        return None
    now = int(time.time())
    secret = get_adapter().decrypt(row.data["secret"])
    value = hotp_value(secret, now // app_settings.TOTP_PERIOD)
    return format_hotp_value(value), app_settings.TOTP_PERIOD - now % app_settings.TOTP_PERIOD


def clean(typed: str) -> str:
    """Remove spaces and hyphens, which people copy along; digits of any keyboard are 0 to 9."""
    return "".join(letter for letter in plain_digits(typed) if letter.isalnum())


def renew_encryption() -> int:
    """Encrypt the secrets of all second factors under the newest key; return the number of rows."""
    count = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            # Locked, because the check of a code updates the same row.
            row = Authenticator.objects.select_for_update(of=("self",)).get(pk=pk)
            for name in ENCRYPTED & row.data.keys():
                row.data[name] = ACCOUNTS.encrypt(ACCOUNTS.decrypt(row.data[name]))
            row.save(update_fields=["data"])
        count += 1
    return count


def _counter_of(secret: str, code: str) -> int | None:
    """Return the newest time step (30 s) that gives this code, or None."""
    for counter in sorted(yield_hotp_counters_from_time(), reverse=True):
        if hmac.compare_digest(format_hotp_value(hotp_value(secret, counter)), code):
            return int(counter)
    return None


def _authenticators(user: User) -> QuerySet[Authenticator]:
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user.pk)
    return rows
