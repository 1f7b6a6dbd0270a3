"""Columns of this product: a search key set on every save, and an encrypted ID number."""

from typing import Any, TypeVar

from django.db import models

from vaxreg.encryption import EncryptedTextField
from vaxreg.id_numbers import is_stored_form, validate_id_number
from vaxreg.search import search_key

# What is assigned to a field and read from it: text, or None too where the column may be empty.
_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)


class SearchKeyField(models.CharField[str, str]):
    """Holds `search_key(<source>)`, set on every save and bulk_create (not by `update()`).

    Cut to the length of the column: the key of a few letters is longer than they are.
    """

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        # Migrations see a plain column: they must not import today's code.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = search_key(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, key)
        return key


class EncryptedIdNumberField(EncryptedTextField[_Set, _Get]):
    """An ID number, encrypted. The database cannot see its form: another one raises ValueError."""

    default_validators = [validate_id_number]

    def get_prep_value(self, value: Any) -> Any:
        """Raises ValueError, without the number, for a text that is no ID number."""
        if value is not None and not is_stored_form(value):
            raise ValueError(f"{self.label}: not the form of an ID number")
        return super().get_prep_value(value)
