"""Columns encrypted at rest, and keyed hashes by which their rows are found again.

The keys are `settings.FIELD_KEYS`, newest first: the first one writes, each of them reads. To
renew a key put a new one in front, run `manage.py renew_encryption`, take the old one away.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


def encrypt(text: str) -> str:
    """Return the text as only a holder of a key can read it; twice the same text differs."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return what was encrypted. Raises `cryptography.fernet.InvalidToken` if no key fits."""
    return _box(tuple(settings.FIELD_KEYS)).decrypt(token).decode()


def blind_index(label: str, text: str) -> str:
    """Return 32 hexadecimal digits, the same for the same text, that tell nothing without the key.

    The label keeps columns apart: equal values of two columns have different digits. Letter case
    does not count.
    """
    return _digits(settings.FIELD_KEYS[0], label, text)


def blind_indexes(label: str, text: str) -> list[str]:
    """Return the digits under each key: what to look for while a key is being renewed."""
    return [_digits(key, label, text) for key in settings.FIELD_KEYS]


def _digits(key: str, label: str, text: str) -> str:
    normal = text.strip().casefold()
    derived = _derive(key, f"index of {label}")
    return hmac.new(derived, normal.encode(), hashlib.sha256).hexdigest()[:32]


def _derive(key: str, use: str) -> bytes:
    """Return 32 bytes of its own for each use, so that one use cannot undo another."""
    return hmac.new(key.encode(), use.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    derived = (base64.urlsafe_b64encode(_derive(key, "field encryption")) for key in keys)
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
