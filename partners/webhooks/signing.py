"""Secrets and signatures as Standard Webhooks 1.0 has them (standardwebhooks.com), HMAC-SHA256."""

import base64
import hmac
import secrets
from datetime import datetime

from partners.models import Endpoint

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Return a new secret, as the receiver gets it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(endpoint: Endpoint, message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """Return the headers of a message that is sent at this moment.

    While the secret is rotated, there are two signatures: the receiver takes either.
    """
    seconds = str(int(moment.timestamp()))
    signed = f"{message_id}.{seconds}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_sign(one, signed) for one in _counting(endpoint, moment)),
    }


def _counting(endpoint: Endpoint, moment: datetime) -> list[str]:
    old, until = endpoint.old_secret, endpoint.old_secret_until
    return [endpoint.secret, *([old] if old and until and until > moment else [])]


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
