"""Moves the files of photos between the folder and the object store, each compared by its hash.

Nothing is deleted where it was before its copy was read back and is the same; it is not deleted at
all unless that is asked for. Whatever stops it, the next run goes on: what is there is compared,
not written again. Files without a row are left where they are, for the nightly purge.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.db.models import Q

from corrections.models import Evidence
from corrections.models.evidence import THUMBNAIL
from corrections.photos.evidence import FOLDER, SHELVES
from vaxreg.private_files import places

# Ends the name of a file of the folder that is not written to its end.
PART = ".part"


@dataclass
class Moved:
    """What was done with the files of one directory."""

    folder: str
    # Written and read back; there before and the same; deleted where they were.
    copied: int = 0
    there: int = 0
    deleted: int = 0
    # Without a row.
    left: int = 0
    size: int = 0
    # Keys of files that are not what their row says, or differ from what lies on the other side.
    wrong: list[str] = field(default_factory=list)


def move(source: Storage, target: Storage, *, delete: bool = False) -> Iterator[Moved]:
    """Copy all files that rows name, one directory after the other; yield what was done in each.

    delete: delete each file of the source once its copy was read back. Raises StoreDown.
    """
    for shelf in SHELVES:
        folder = f"{FOLDER}/{shelf}"
        here = sorted(one.key for one in places.listed(folder, source))
        hashes = _known_hashes(here)
        done = Moved(folder, left=len(here) - len(hashes))
        there = {one.key for one in places.listed(folder, target)} if hashes else set()
        for key, known in hashes.items():
            _move_one(key, known, source, target, done, is_there=key in there, delete=delete)
        yield done


def _move_one(
    key: str,
    known: str | None,
    source: Storage,
    target: Storage,
    done: Moved,
    *,
    is_there: bool,
    delete: bool,
) -> None:
    try:
        content = _content(source, key)
    except FileNotFoundError:
        # Deleted since it was listed: by the purge, or with its draft.
        return
    digest = _hash(content)
    if known is not None and digest != known:
        done.wrong.append(key)
        return
    kept = _hash(_content(target, key)) if is_there else None
    if kept is None or (kept != digest and known is not None):
        # What its row confirms replaces what differs from it.
        _write(target, key, content)
        kept = _hash(_content(target, key))
        done.copied += kept == digest
        done.size += len(content)
    else:
        done.there += kept == digest
    if kept != digest:
        done.wrong.append(key)
    elif delete:
        source.delete(key)
        done.deleted += 1


def _known_hashes(keys: list[str]) -> dict[str, str | None]:
    """Return those of the keys that a row names, with the hash that it keeps, None if it has none."""
    wholes = [f"{key.removesuffix(THUMBNAIL)}.jpg" for key in keys if key.endswith(THUMBNAIL)]
    kept = Evidence.objects.filter(deleted_at=None)
    known: dict[str, str | None] = {}
    for photo in kept.filter(Q(file_key__in=[*keys, *wholes]) | Q(preview_key__in=keys)):
        known |= {photo.preview_key: None, photo.thumbnail_key: None, photo.file_key: photo.sha256}
    return {key: known[key] for key in keys if key in known}


def _content(place: Storage, key: str) -> bytes:
    file: IO[Any]
    with place.open(key) as file:
        content: bytes = file.read()
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(place: Storage, key: str, content: bytes) -> None:
    """Write a file that is there as a whole or not at all, also when the process is killed."""
    if not isinstance(place, FileSystemStorage):
        place.save(key, ContentFile(content))
        return
    place.delete(f"{key}{PART}")
    part = place.path(place.save(f"{key}{PART}", ContentFile(content)))
    with open(part, "rb+") as written:
        os.fsync(written.fileno())
    os.replace(part, place.path(key))
