"""Keyed hashes and encryption for what must not stand in the database as it is."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet
from django.conf import settings


def _derive(label: str) -> bytes:
    """A key of 32 bytes of its own for each use, so that one use cannot undo another."""
    key = settings.ACCOUNTS_KEY or settings.SECRET_KEY
    return hmac.new(key.encode(), label.encode(), hashlib.sha256).digest()


def keyed_hash(label: str, text: str) -> str:
    """64 hexadecimal digits that tell nothing about `text` to somebody without the key."""
    return hmac.new(_derive(label), text.encode(), hashlib.sha256).hexdigest()


def encrypt(text: str) -> str:
    """`text` as only this server can read it again."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """What was encrypted; raises `cryptography.fernet.InvalidToken` under another key."""
    return _fernet().decrypt(token.encode()).decode()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derive("encryption")))
