"""Encryption at rest, and keyed hashes by which encrypted or secret values are found again.

Keys come from a setting, newest first: the first one writes, each of them reads. To renew a key
put a new one in front, run `manage.py renew_encryption`, take the old one away.
"""

import base64
import hashlib
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
    """The keys of one setting; without any, SECRET_KEY stands in. `use` keeps two rings apart."""

    setting: str
    use: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Newest first."""
        return tuple(getattr(settings, self.setting) or [settings.SECRET_KEY])

    def encrypt(self, text: str) -> str:
        """Return the text as only a holder of a key can read it; twice the same text differs."""
        return _box(self.keys, self.use).encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return what was encrypted. Raises `cryptography.fernet.InvalidToken` if no key fits."""
        return _box(self.keys, self.use).decrypt(token).decode()

    def digest(self, label: str, text: str) -> str:
        """Return 64 hexadecimal digits that tell nothing about the text without the newest key.

        The label keeps uses apart: equal texts of two labels have different digits.
        """
        return _digest(self.keys[0], label, text)

    def digests(self, label: str, text: str) -> list[str]:
        """Return the digits under each key: what to look for while a key is being renewed."""
        return [_digest(key, label, text) for key in self.keys]


# Encrypted columns, and what belongs to signing in.
FIELDS = Keyring("FIELD_KEYS", "field encryption")
ACCOUNTS = Keyring("ACCOUNTS_KEYS", "encryption")

# What `renew_encryption` writes anew beside encrypted columns: a title, and a function that returns
# of how many rows. Apps add theirs when they start.
RENEWALS: dict[str, Callable[[], int]] = {}


def encrypt(text: str) -> str:
    return FIELDS.encrypt(text)


def decrypt(token: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` if no key fits."""
    return FIELDS.decrypt(token)


def blind_index(label: str, text: str) -> str:
    """Return 32 hexadecimal digits by which an encrypted column is found; letter case is ignored."""
    return blind_indexes(label, text)[0]


def blind_indexes(label: str, text: str) -> list[str]:
    """Return the digits under each key: what to look for while a key is being renewed."""
    normal = text.strip().casefold()
    return [digits[:32] for digits in FIELDS.digests(f"index of {label}", normal)]


def _digest(key: str, label: str, text: str) -> str:
    return hmac.new(_derive(key, label), text.encode(), hashlib.sha256).hexdigest()


def _derive(key: str, use: str) -> bytes:
    """Return 32 bytes of its own for each use, so that one use cannot undo another."""
    return hmac.new(key.encode(), use.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...], use: str) -> MultiFernet:
    derived = (base64.urlsafe_b64encode(_derive(key, use)) for key in keys)
    return MultiFernet([Fernet(key) for key in derived])


class EncryptedTextField(models.TextField[str, str]):
    """Text that stands encrypted in the database and plain in Python.

    It cannot be asked for (`filter(x=…)` is a FieldError): put a BlindIndexField beside it.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in."""
        text = super().get_prep_value(value)
        return text if text is None else encrypt(text)

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every question but whether there is a value."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> type[models.Transform] | None:
        """Refuse what would work on the encrypted text."""
        return None


class BlindIndexField(models.CharField[str, str]):
    """The blind index of another field of the same row, kept up by `save` and `create`.

    `QuerySet.update` and `bulk_update` do not keep it up: set both fields there.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs["max_length"] = 32
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Name what migrations need to build it again."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["editable"]
        return name, path, args, {**kwargs, "of": self.of}

    @property
    def label(self) -> str:
        """What keeps this column's digits apart from others'."""
        return f"{self.model._meta.label_lower}.{self.of}"

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Compute it anew from the field that it is of."""
        digits = blind_index(self.label, getattr(model_instance, self.of))
        setattr(model_instance, self.attname, digits)
        return digits
