"""What somebody must see to although the system works: keys that are missing, or end soon."""

from datetime import timedelta

from certificates.models import Certificate, Role, SigningKey, Wanted
from vaxreg import db_time

# A new key is registered and published before the old one ends.
WARN_BEFORE = timedelta(days=60)
LATE = timedelta(minutes=15)


def notice() -> str:
    """Return a sentence about keys that must be renewed or are missing; "" when all is well."""
    now = db_time.now()
    for role in Role:
        ends = SigningKey.objects.signing(role, now).values_list("not_after", flat=True).first()
        if ends is not None and ends < now + WARN_BEFORE:
            return f"the {role} key of certificates ends on {ends:%Y-%m-%d}: make a new one"
    late = Certificate.objects.filter(status=Certificate.Status.SIGNED, signed_at__lt=now - LATE)
    if late.exists():
        return "certificates wait for the signature of the centre: is its key there?"
    if Wanted.objects.filter(at__lt=now - LATE).exists():
        return "certificates are wanted and not made: is the key of the sites there?"
    return ""
