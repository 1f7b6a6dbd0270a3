"""The signed list of what counts no more, for those who check without a network.

A compact JWS (RFC 7515, ES256). Entries are the first eight bytes of SHA-256 of each identifier, one
after the other, sorted: who has no certificate at hand learns nothing from them.
"""

import base64
from datetime import datetime, timedelta
from hashlib import sha256

import jwt
from django.db import transaction

from certificates.keys.private import signer
from certificates.models import Certificate, Role, SignedList

# After this time the list says nothing any more about what was replaced since.
GOOD_FOR = timedelta(days=7)
RENEWED_AFTER = timedelta(minutes=15)
LENGTH = 8


def prefix_of(uvci: str) -> bytes:
    """Return the entry of an identifier."""
    return sha256(uvci.encode()).digest()[:LENGTH]


def keep_list(now: datetime) -> None:
    """Make the list anew if something ended since, or if it is a quarter of an hour old.

    Raises NoKey.
    """
    newest = SignedList.objects.order_by("-pk").first()
    if newest is not None and now < newest.made_at + RENEWED_AFTER:
        since = Certificate.objects.filter(
            status__in=Certificate.ENDED, ended_at__gt=newest.made_at
        )
        if not since.exists():
            return
    with transaction.atomic():
        made = SignedList.objects.create(made_at=now, jws=signed_list(now))
        SignedList.objects.filter(pk__lt=made.pk).delete()


def newest_list(now: datetime) -> str:
    """Return the list that was made last, at most a few minutes ago. Raises NoKey for the first."""
    newest = SignedList.objects.order_by("-pk").first()
    if newest is None:
        keep_list(now)
        newest = SignedList.objects.latest("pk")
    return newest.jws


def signed_list(now: datetime) -> str:
    """Return the list of all that count no more and have not expired. Raises NoKey."""
    by = signer(Role.LISTS)
    entries: dict[str, list[bytes]] = {"replaced": [], "revoked": []}
    ended = Certificate.objects.ended_with_time_left(now).order_by()
    for uvci, status in ended.values_list("uvci", "status").iterator():
        kind = "replaced" if status == Certificate.Status.SUPERSEDED else "revoked"
        entries[kind].append(prefix_of(uvci))
    payload = {
        "iat": int(now.timestamp()),
        "exp": int((now + GOOD_FOR).timestamp()),
        "entries": {
            kind: base64.b64encode(b"".join(sorted(found))).decode()
            for kind, found in entries.items()
        },
    }
    kid = base64.b64encode(by.key.kid).decode()
    return jwt.encode(payload, by.key.private, algorithm="ES256", headers={"kid": kid})
