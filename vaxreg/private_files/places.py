"""Questions to the place where private files are kept, whichever it is: a folder or a store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.files.storage import Storage, default_storage

from vaxreg.private_files.outage import StoreDown


@dataclass(frozen=True)
class Stored:
    """A stored file: its key, and when it was written."""

    key: str
    modified: datetime


def listed(folder: str, storage: Storage | None = None) -> Iterator[Stored]:
    """Yield the files directly in a folder with their dates: a store is asked once per 1,000.

    Raises StoreDown.
    """
    place = storage or default_storage
    own = getattr(place, "listed", None)
    if own is not None:
        yield from own(folder)
        return
    try:
        names = place.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        key = f"{folder}/{name}" if folder else name
        try:
            modified = place.get_modified_time(key)
        except FileNotFoundError:
            continue
        yield Stored(key, modified)


def require() -> None:
    """Raise StoreDown before anything is done for nothing, when the store is known to be down."""
    own = getattr(default_storage, "require", None)
    if own is not None:
        own()


def trouble() -> str:
    """Ask the store, for two seconds at most; return why it does not answer, or ""."""
    own = getattr(default_storage, "ask", None)
    try:
        if own is not None:
            own()
    except StoreDown as down:
        return str(down)
    return ""
