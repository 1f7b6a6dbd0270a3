"""Cleans and stores uploaded photos, and says who may see them afterwards.

A photo is decoded in a separate process that ends with it, rebuilt from pixels, and stored under a
random key; the uploaded file and its name are not kept. A file is written before its row and
deleted after it.
"""

import logging
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import rate_limits
from background import counting
from citizens.access import parts_of_records_of
from citizens.models import Citizen
from corrections.models import Correction, Draft, Evidence
from corrections.models.evidence import THUMBNAIL, thumbnail_key
from corrections.photos import near_duplicates, readings
from corrections.prechecks import photos
from corrections.prechecks.rules import Code
from vaxreg import db_time, ui
from vaxreg.photos.cleaning import Picture, clean, refuse_by_size, thumbnail_of
from vaxreg.private_files import places
from vaxreg.private_files.outage import StoreDown

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)

MOST_PHOTOS = 5
PER_DAY: rate_limits.Limits = ((20, timedelta(days=1)),)
# A counter sends them for many people.
PER_COUNTER_DAY: rate_limits.Limits = ((200, timedelta(days=1)),)

FOLDER = "evidence"
SHELVES = [f"{number:02x}" for number in range(256)]


def add(draft: Draft, sent: UploadedFile[Any], *, by: "User") -> list[Evidence]:
    """Store a photo with a draft, or each page of a PDF: all of them or none.

    Raises ValidationError with one specific sentence per cause. At most 5 photos per draft and 20 tries per person and day; both limits are exact when requests
    run at once. Raises Draft.DoesNotExist when the draft was filed or deleted in the meantime.
    """
    refuse_by_size(sent.size or 0)
    _refuse_sixth(draft)
    added = _store(draft, rebuild(sent, by=by), by=by)
    readings.ask()
    return added


def rebuild(
    sent: UploadedFile[Any], *, by: "User", limits: rate_limits.Limits = PER_DAY
) -> list[Picture]:
    """Rebuild an uploaded photo or PDF; counts as one try of this day.

    Raises ValidationError, and StoreDown when the photo could not be kept anyway.
    """
    refuse_by_size(sent.size or 0)
    # Before it counts: browsers send again by themselves, and must not use up the tries of a day.
    places.require()
    verdict = rate_limits.count_attempt("photo", str(by.pk), limits)
    if verdict.retry_at is not None:
        raise ValidationError(
            _("You can add %(most)s photos a day. You can add the next one from %(time)s on.")
            % {"most": limits[0][0], "time": ui.when(verdict.retry_at)},
            code="too_many_today",
        )
    return clean(sent.read())


def remove(photo: Evidence) -> None:
    """Remove a photo from a draft; its files are deleted after the commit."""
    keys = photo.keys
    draft = photo.draft
    with transaction.atomic():
        photo.delete()
        if draft is not None:
            _drop_duplicate_warnings(draft)
        delete_files_on_commit(keys)


def delete_files_on_commit(keys: list[str]) -> None:
    """Delete stored files once the transaction that deleted their rows has committed."""
    transaction.on_commit(lambda: _delete_files(keys), robust=True)


def thumbnail(photo: Evidence) -> bytes:
    """Return the thumbnail; makes and stores it for a photo that came before there were any.

    Raises FileNotFoundError when the photo's files are gone or cannot be read, and StoreDown.
    """
    try:
        with default_storage.open(photo.thumbnail_key) as file:
            kept: bytes = file.read()
            return kept
    except FileNotFoundError:
        pass
    try:
        with default_storage.open(photo.preview_key) as file:
            made = thumbnail_of(file.read())
    except OSError as unreadable:
        raise FileNotFoundError(photo.preview_key) from unreadable
    # Of two requests at once one stores it under another name: purge_files removes that one.
    default_storage.save(photo.thumbnail_key, ContentFile(made))
    return made


def seen_by(user: "User", *, as_staff: bool) -> QuerySet[Evidence]:
    """Return the photos a user may see: of corrections within reach, or of an own draft.

    as_staff: False for a session that was opened with a phone code alone. Such a session shows
    one's own records only, even to a member of staff.
    """
    if as_staff:
        corrections = Correction.objects.visible_to(user)
    else:
        corrections = Correction.objects.of_own_records(user)
    own_draft = Q(draft__in=Draft.objects.filter(user=user, citizen__in=parts_of_records_of(user)))
    return Evidence.objects.filter(Q(filing__in=corrections.values("filing")) | own_draft)


OLD_FILES = counting.register(
    counting.Work("corrections.files", "files without a row", lambda key: f"{FOLDER}/{key}")
)


def purge_files(*, seconds: float = 45, older_than: timedelta = timedelta(hours=24)) -> int:
    """Delete files without a row, left by a process that died in between; return how many.

    Starts at a random directory and stops after `seconds`, so that each night covers another part.
    One listing for each directory says how old its files are.
    """
    deadline = time.monotonic() + seconds
    first = secrets.randbelow(len(SHELVES))
    deleted = 0
    for shelf in SHELVES[first:] + SHELVES[:first]:
        if time.monotonic() > deadline:
            log.warning("purge of files ran out of time at shelf %s", shelf)
            break
        try:
            with counting.counted(OLD_FILES, [shelf]) as begun:
                deleted += _purge_shelf(f"{FOLDER}/{shelf}", older_than) if begun else 0
        except StoreDown as down:
            log.warning("purge of files stopped at shelf %s, %s", shelf, down)
            break
    return deleted


def _purge_shelf(shelf: str, older_than: timedelta) -> int:
    limit = db_time.now() - older_than
    old = [file.key for file in places.listed(shelf) if file.modified < limit]
    photos_of = [f"{key.removesuffix(THUMBNAIL)}.jpg" for key in old if key.endswith(THUMBNAIL)]
    kept = Evidence.objects.filter(deleted_at=None)
    rows = kept.filter(Q(file_key__in=[*old, *photos_of]) | Q(preview_key__in=old))
    named = {key for photo in rows for key in photo.keys}
    orphans = [key for key in old if key not in named]
    _delete_files(orphans)
    return len(orphans)


def _refuse_sixth(draft: Draft, more: int = 1) -> None:
    there = Evidence.objects.filter(draft=draft).count()
    if there >= MOST_PHOTOS:
        raise ValidationError(
            _("There are 5 photos already. Remove one to add another."), code="too_many"
        )
    if there + more > MOST_PHOTOS:
        raise ValidationError(
            _(
                "This PDF has %(pages)s pages, and there is room for %(room)s more. Remove a photo,"
                " or send a screenshot of one page."
            )
            % {"pages": more, "room": MOST_PHOTOS - there},
            code="too_many",
        )


def store(draft: Draft, picture: Picture, *, by: "User") -> Evidence:
    """Store a photo that is cleaned already with a draft.

    Raises ValidationError for a sixth photo or one that the draft has already.
    """
    return _store(draft, [picture], by=by)[0]


def _store(draft: Draft, pictures: list[Picture], *, by: "User") -> list[Evidence]:
    with ExitStack() as files, transaction.atomic():
        # Adding a photo and filing the draft take the same lock.
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        new = {picture.sha256: picture for picture in pictures}
        for kept in locked.evidence.filter(sha256__in=new).values_list("sha256", flat=True):
            del new[kept]
        _refuse_sixth(locked, len(new) or 1)
        if not new:
            raise ValidationError(_("This photo is here already."), code="twice")
        columns = [
            files.enter_context(write_files(picture, by=by, about=locked.citizen))
            for picture in new.values()
        ]
        return [Evidence.objects.create(draft=locked, **values) for values in columns]


@contextmanager
def write_files(picture: Picture, *, by: "User", about: Citizen) -> Iterator[dict[str, Any]]:
    """Write a photo's files and yield the columns of its row: files first, then the row.

    Deletes the files again when the block raises. Raises StoreDown.
    """
    name = uuid.uuid4().hex
    file_key = f"{FOLDER}/{name[:2]}/{name}.jpg"
    preview_key = f"{FOLDER}/{name[:2]}/{name}-preview.jpg"
    copies = near_duplicates.copies(picture.likeness, picture.preview, about, by=by)
    try:
        default_storage.save(file_key, ContentFile(picture.whole))
        default_storage.save(preview_key, ContentFile(picture.preview))
        if picture.thumbnail:
            default_storage.save(thumbnail_key(file_key), ContentFile(picture.thumbnail))
        yield {
            "uploaded_by": by,
            "file_key": file_key,
            "preview_key": preview_key,
            "size_bytes": len(picture.whole),
            "width": picture.width,
            "height": picture.height,
            "sha256": picture.sha256,
            "likeness": picture.likeness,
            "warnings": [
                warning.as_json() for warning in [*photos.warnings_about_picture(picture), *copies]
            ],
        }
    except BaseException:
        # What a store keeps that does not answer now, purge_files deletes.
        with suppress(StoreDown):
            _delete_files([file_key, preview_key, thumbnail_key(file_key)])
        raise


def _drop_duplicate_warnings(draft: Draft) -> None:
    """Drop the "same photo twice" warnings after a photo was removed."""
    for photo in draft.evidence.all():
        kept = [entry for entry in photo.warnings if entry["code"] != Code.PHOTO_TWICE]
        if kept != photo.warnings:
            photo.warnings = kept
            photo.save(update_fields=["warnings"])


def _delete_files(keys: list[str]) -> None:
    for key in keys:
        default_storage.delete(key)
