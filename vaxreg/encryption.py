"""Encryption at rest, and keyed hashes to look up encrypted or secret values.

Keys come from a setting, newest first: the first one encrypts, all of them decrypt. To replace a
key put the new one first, run `manage.py renew_encryption`, then remove the old one.
"""

import base64
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Keyring:
    """The keys of one setting. `use` is part of the derived keys."""

    setting: str
    use: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, newest first."""
        return tuple(getattr(settings, self.setting))

    def encrypt(self, text: str) -> str:
        """Encrypt a text under the newest key; the same text gives a different token each time."""
        return _box(self.keys, self.use).encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return the plain text. Raises `cryptography.fernet.InvalidToken` if no key fits."""
        return _box(self.keys, self.use).decrypt(token).decode()

    def digest(self, label: str, text: str) -> str:
        """Return 64 hexadecimal digits: the HMAC-SHA256 of the text under the newest key.

        `label` is part of the hash: equal texts with two labels have different hashes.
        """
        return _digest(self.keys[0], label, text)

    def digests(self, label: str, text: str) -> list[str]:
        """Return the hash under each key; a lookup needs all while a key is being replaced."""
        return [_digest(key, label, text) for key in self.keys]


# Keys of encrypted columns, and keys of sign-in.
FIELDS = Keyring("FIELD_KEYS", "field encryption")
ACCOUNTS = Keyring("ACCOUNTS_KEYS", "encryption")

# Other values that `renew_encryption` encrypts again: a title, and a function that does it and
# returns the number of rows. Apps add theirs when they start.
RENEWALS: dict[str, Callable[[], int]] = {}


def encrypt(text: str) -> str:
    return FIELDS.encrypt(text)


def decrypt(token: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` if no key fits."""
    return FIELDS.decrypt(token)


def blind_index(label: str, text: str) -> str:
    """Return the hash (32 hexadecimal digits) to look up an encrypted column; ignores case."""
    return blind_indexes(label, text)[0]


def blind_indexes(label: str, text: str) -> list[str]:
    """Return the hash under each key; a lookup needs them all while a key is being replaced."""
    normal = text.strip().casefold()
    return [digits[:32] for digits in FIELDS.digests(f"index of {label}", normal)]


def _digest(key: str, label: str, text: str) -> str:
    return hmac.digest(_derive(key, label), text.encode(), "sha256").hex()


@lru_cache(maxsize=64)
def _derive(key: str, use: str) -> bytes:
    """Derive a key of 32 bytes for one use, so that uses do not share a key."""
    return hmac.digest(key.encode(), use.encode(), "sha256")


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...], use: str) -> MultiFernet:
    derived = (base64.urlsafe_b64encode(_derive(key, use)) for key in keys)
    return MultiFernet([Fernet(key) for key in derived])


class EncryptedTextField(models.TextField[str, str]):
    """Text that is encrypted in the database and plain in Python.

    It cannot be searched (`filter(x=…)` raises FieldError): add a BlindIndexField for that.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text is None else encrypt(text)

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow only the lookup `isnull`: others would compare encrypted text."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> type[models.Transform] | None:
        """Allow no transform: it would work on encrypted text."""
        return None


class BlindIndexField(models.CharField[str, str]):
    """The blind index of another field of the same row, set by `save` and `create`.

    `QuerySet.update` and `bulk_update` do not set it: update both fields there.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs["max_length"] = 32
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave out of migrations the arguments that the constructor sets itself."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["editable"]
        return name, path, args, {**kwargs, "of": self.of}

    @property
    def label(self) -> str:
        """The label of this column's hashes (see `blind_index`)."""
        return f"{self.model._meta.label_lower}.{self.of}"

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Compute the hash from the source field."""
        digits = blind_index(self.label, getattr(model_instance, self.of))
        setattr(model_instance, self.attname, digits)
        return digits
