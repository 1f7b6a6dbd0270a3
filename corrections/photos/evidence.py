"""What happens to an uploaded file before anybody sees it, and who may see it afterwards.

Promises 26-31: decoded in a throw-away process, rebuilt from pixels, stored under a random key;
what was sent is not kept, nor its name. A file is written before its row and deleted after it.
"""

import logging
import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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
from citizens.access import parts_of_records_of
from citizens.models import Citizen
from corrections.models import Correction, Draft, Evidence
from corrections.photos import near_duplicates as likeness
from corrections.prechecks import photos
from corrections.prechecks.rules import Code
from vaxreg import db_time, ui
from vaxreg.photos.cleaning import Picture, clean, refuse_by_size

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)

MOST_PHOTOS = 5
PER_DAY: rate_limits.Limits = ((20, timedelta(days=1)),)

FOLDER = "evidence"
SHELVES = [f"{number:02x}" for number in range(256)]


def add(draft: Draft, sent: UploadedFile[Any], *, by: "User") -> Evidence:
    """Keep a photo with a draft. Raises ValidationError with one specific sentence per cause.

    At most 5 photos per draft and 20 tries a day per person, both exact under a race. Raises
    Draft.DoesNotExist when the draft was filed or thrown away meanwhile.
    """
    refuse_by_size(sent.size or 0)
    _refuse_sixth(draft)
    return store(draft, admit(sent, by=by), by=by)


def admit(sent: UploadedFile[Any], *, by: "User") -> Picture:
    """Rebuild a photo just sent, as one of 20 tries a day. Raises ValidationError with the cause."""
    refuse_by_size(sent.size or 0)
    verdict = rate_limits.allow("photo", str(by.pk), PER_DAY)
    if verdict.retry_at is not None:
        raise ValidationError(
            _("You can add 20 photos a day. You can add the next one from %(time)s on.")
            % {"time": ui.when(verdict.retry_at)},
            code="too_many_today",
        )
    return clean(sent.read())


def remove(photo: Evidence) -> None:
    """Take a photo out of a draft; its files go once that is certain."""
    keys = [photo.file_key, photo.preview_key]
    draft = photo.draft
    with transaction.atomic():
        photo.delete()
        if draft is not None:
            _forget_twins(draft)
        delete_files_on_commit(keys)


def delete_files_on_commit(keys: list[str]) -> None:
    """Delete stored files after the rows that named them are gone for certain."""
    transaction.on_commit(lambda: _delete_files(keys), robust=True)


def seen_by(user: "User", *, as_staff: bool) -> QuerySet[Evidence]:
    """Return the photos a user may see: of corrections within reach, or of an own draft.

    A session by phone code alone opens one's own records only, whatever desk its owner works at.
    """
    if as_staff:
        corrections = Correction.objects.visible_to(user)
    else:
        corrections = Correction.objects.of_own_records(user)
    own_draft = Q(draft__in=Draft.objects.filter(user=user, citizen__in=parts_of_records_of(user)))
    return Evidence.objects.filter(Q(filing__in=corrections.values("filing")) | own_draft)


def purge_files(*, seconds: float = 45, older_than: timedelta = timedelta(hours=24)) -> int:
    """Delete files that no row names, left by a process that died in between; return how many.

    Begins at a random shelf and stops when its time is up: the next night goes on elsewhere.
    """
    deadline = time.monotonic() + seconds
    first = secrets.randbelow(len(SHELVES))
    deleted = 0
    for shelf in SHELVES[first:] + SHELVES[:first]:
        if time.monotonic() > deadline:
            log.warning("purge of files ran out of time at shelf %s", shelf)
            break
        deleted += _purge_shelf(f"{FOLDER}/{shelf}", older_than)
    return deleted


def _purge_shelf(shelf: str, older_than: timedelta) -> int:
    try:
        names = default_storage.listdir(shelf)[1]
    except FileNotFoundError:
        return 0
    limit = db_time.now() - older_than
    old = [
        key
        for key in (f"{shelf}/{name}" for name in names)
        if default_storage.get_modified_time(key) < limit
    ]
    rows = Evidence.objects.filter(Q(file_key__in=old) | Q(preview_key__in=old))
    named = {key for pair in rows.values_list("file_key", "preview_key") for key in pair}
    orphans = [key for key in old if key not in named]
    _delete_files(orphans)
    return len(orphans)


def _refuse_sixth(draft: Draft) -> None:
    if Evidence.objects.filter(draft=draft).count() >= MOST_PHOTOS:
        raise ValidationError(
            _("There are 5 photos already. Remove one to add another."), code="too_many"
        )


def store(draft: Draft, picture: Picture, *, by: "User") -> Evidence:
    """Keep a photo that is clean already with a draft.

    Raises ValidationError for a sixth photo or one that is here already.
    """
    with written(picture, by=by, about=draft.citizen) as columns, transaction.atomic():
        # Whoever adds or files waits here for the other.
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        _refuse_sixth(locked)
        if Evidence.objects.filter(draft=locked, sha256=picture.sha256).exists():
            raise ValidationError(_("This photo is here already."), code="twice")
        return Evidence.objects.create(draft=locked, **columns)


@contextmanager
def written(picture: Picture, *, by: "User", about: Citizen) -> Iterator[dict[str, Any]]:
    """Write a photo's files and give the columns of its row: files first, then the row.

    When no row comes of it, the files are deleted again.
    """
    name = uuid.uuid4().hex
    file_key = f"{FOLDER}/{name[:2]}/{name}.jpg"
    preview_key = f"{FOLDER}/{name[:2]}/{name}-preview.jpg"
    copies = likeness.copies(picture.likeness, picture.preview, about, by=by)
    try:
        default_storage.save(file_key, ContentFile(picture.whole))
        default_storage.save(preview_key, ContentFile(picture.preview))
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
        _delete_files([file_key, preview_key])
        raise


def _forget_twins(draft: Draft) -> None:
    """One of two photos is gone: nobody need remove the other."""
    for photo in draft.evidence.all():
        kept = [entry for entry in photo.warnings if entry["code"] != Code.PHOTO_TWICE]
        if kept != photo.warnings:
            photo.warnings = kept
            photo.save(update_fields=["warnings"])


def _delete_files(keys: list[str]) -> None:
    for key in keys:
        default_storage.delete(key)
