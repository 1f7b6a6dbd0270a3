"""Encryption at rest, and keyed hashes to look up encrypted or secret values.

AES-256 in Galois/Counter Mode (NIST SP 800-38D): a token that was changed, or moved to another
column, is refused. Keys come from a setting, newest first: the first one encrypts, all of them
decrypt. To replace a key put the new one first, run `manage.py renew_encryption`, then remove the
old one.
"""

import base64
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# What is assigned to a field and read from it: text, or None too where the column may be empty.
_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)

# What a token begins with. Those without it are of the older format (Fernet): they are read, and
# written anew when a key is renewed.
MARK = "g1:"
NONCE_BYTES = 12


@dataclass(frozen=True)
class Keyring:
    """The keys of one setting. `use` is part of the derived keys."""

    setting: str
    use: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys, newest first."""
        return tuple(getattr(settings, self.setting))

    def encrypt(self, text: str, label: str = "") -> str:
        """Encrypt a text under the newest key; the same text gives a different token each time.

        label: what the text is; it is not stored, and must be said again to decrypt.
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = _cipher(self.keys[0], self.use).encrypt(nonce, text.encode(), label.encode())
        return MARK + base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def decrypt(self, token: str, label: str = "") -> str:
        """Return the plain text. Raises `cryptography.fernet.InvalidToken` if no key fits."""
        if not token.startswith(MARK):
            return _box(self.keys, self.use).decrypt(token).decode()
        body = token.removeprefix(MARK)
        try:
            sealed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except ValueError:
            raise InvalidToken from None
        nonce, sealed = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        for key in self.keys:
            try:
                return _cipher(key, self.use).decrypt(nonce, sealed, label.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        raise InvalidToken

    def encrypt_bytes(self, data: bytes, label: str) -> bytes:
        """Encrypt a file under the newest key; `label` as in `encrypt`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + _cipher(self.keys[0], self.use).encrypt(nonce, data, label.encode())

    def decrypt_bytes(self, sealed: bytes, label: str) -> bytes:
        """Return the file. Raises `cryptography.fernet.InvalidToken` if no key fits."""
        for key in self.keys:
            try:
                return _cipher(key, self.use).decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode()
                )
            except (InvalidTag, ValueError):
                continue
        raise InvalidToken

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


@lru_cache(maxsize=16)
def _cipher(key: str, use: str) -> AESGCM:
    return AESGCM(_derive(key, f"{use}, AES-GCM"))


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...], use: str) -> MultiFernet:
    derived = (base64.urlsafe_b64encode(_derive(key, use)) for key in keys)
    return MultiFernet([Fernet(key) for key in derived])


class EncryptedTextField(models.TextField[_Set, _Get]):
    """Text that is encrypted in the database and plain in Python.

    It cannot be searched (`filter(x=…)` raises FieldError): add a BlindIndexField for that.
    """

    @property
    def label(self) -> str:
        """The column, without which its tokens cannot be read."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if text is None else FIELDS.encrypt(text, self.label)

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        return None if value is None else FIELDS.decrypt(value, self.label)

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow only the lookup `isnull`: others would compare encrypted text."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> type[models.Transform] | None:
        """Allow no transform: it would work on encrypted text."""
        return None


class EncryptedBytesField(models.BinaryField[_Set, _Get]):
    """A small file that is encrypted in the database and plain in Python."""

    @property
    def label(self) -> str:
        """The column, without which its values cannot be read."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if value is not None and not prepared:
            value = FIELDS.encrypt_bytes(bytes(value), self.label)
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(
        self, value: bytes | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> bytes | None:
        return None if value is None else FIELDS.decrypt_bytes(bytes(value), self.label)


def is_encrypted(column: str) -> models.Func:
    """Return the condition of a check constraint: no plain text may be stored in the column."""
    return models.Func(
        models.F(column),
        template=f"starts_with(%(expressions)s, '{MARK}')",
        output_field=models.BooleanField(),
    )


class SealedJSONField(models.JSONField):
    """JSON in which the values under some names are encrypted in the database, at any depth.

    sealed: the ends of these names; "id_number" covers "other_id_number" too. The rest can be
    searched; a sealed value cannot.
    """

    def __init__(self, *args: Any, sealed: Sequence[str], **kwargs: Any) -> None:
        self.sealed = tuple(sealed)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sealed": list(self.sealed)}

    @property
    def label(self) -> str:
        """The column, without which its tokens cannot be read."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        if not prepared:
            value = self.sealed_value(value)
        return super().get_db_prep_value(value, connection, prepared)

    def sealed_value(self, value: Any) -> Any:
        """Return JSON as the column stores it, for rows that are not written through a model."""
        return self._through(value, self._seal) if isinstance(value, dict | list) else value

    def from_db_value(
        self, value: str | None, expression: models.Expression, connection: BaseDatabaseWrapper
    ) -> Any:
        return self._through(super().from_db_value(value, expression, connection), self._open)

    def _through(self, value: Any, change: Callable[[str], str], *, named: bool = False) -> Any:
        """Return the value with each text under a sealed name changed."""
        if isinstance(value, dict):
            return {
                name: self._through(one, change, named=named or str(name).endswith(self.sealed))
                for name, one in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._through(one, change, named=named) for one in value]
        return change(value) if named and isinstance(value, str) and value else value

    def _seal(self, text: str) -> str:
        return FIELDS.encrypt(text, self.label)

    def _open(self, text: str) -> str:
        # A text from before this column was sealed stands as it was written.
        return FIELDS.decrypt(text, self.label) if text.startswith(MARK) else text


class BlindIndexField(models.CharField[str, str]):
    """The blind index of another field of the same row, set by `save`, `create`, `bulk_create`.

    `QuerySet.update` and `bulk_update` do not set it: update both fields there.
    label: the same for columns that are compared with each other; else that of the column alone.
    ending: so many characters at the end are indexed, instead of the whole text.
    """

    def __init__(
        self, *args: Any, of: str, label: str = "", ending: int | None = None, **kwargs: Any
    ) -> None:
        self.of = of
        self.shared_label = label
        self.ending = ending
        kwargs["max_length"] = 32
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave out of migrations the arguments that the constructor sets itself."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"], kwargs["editable"]
        kwargs["of"] = self.of
        if self.shared_label:
            kwargs["label"] = self.shared_label
        if self.ending:
            kwargs["ending"] = self.ending
        return name, path, args, kwargs

    @property
    def label(self) -> str:
        """The label of this column's hashes (see `blind_index`)."""
        return self.shared_label or f"{self.model._meta.label_lower}.{self.of}"

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        """Compute the hash from the source field; None where there is nothing to index."""
        text = getattr(model_instance, self.of)
        digits = None if text is None else self.digest_of(text)
        setattr(model_instance, self.attname, digits)
        return digits

    def digest_of(self, text: str) -> str:
        """Return what this column holds for a source text."""
        return blind_index(self.label, text[-self.ending :] if self.ending else text)
