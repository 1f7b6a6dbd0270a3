"""A column that stores the search key of another column and sets it on every save."""

from typing import Any

from django.db import models

from vaxreg.search import search_key


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
