"""A process of its own that writes chunks. It imports nothing of Django before Django is set up."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.generating.filling import ChunkFiller, Written
    from bench.generating.size import RegistrySize

_own: "dict[str, ChunkFiller]" = {}


def begin(settings: dict[str, Any], size: "RegistrySize", first_account: int) -> None:
    """Set the process up: `settings` are those of the database of the process that began it."""
    import django

    django.setup()
    from django.db import connection

    from bench.generating.filling import filler

    connection.settings_dict.update(settings)
    _own["filler"] = filler(size, first_account)


def fill(number: int) -> "Written":
    """Write one chunk."""
    return _own["filler"].fill(number)
