"""How long photos of papers are kept: PHOTOS_KEPT_DAYS after the last thing that happened to a case.

The files go, and the fingerprint that finds similar photos; the row stays with SHA-256 and size,
and says when. The decision was written from the
photo and is kept for good. Nothing goes while a case of the filing is open or may be appealed:
the setting is longer than that time.
"""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from corrections.models import Correction, CorrectionEvent, Evidence
from corrections.photos.evidence import delete_files_on_commit
from vaxreg import db_time
from vaxreg.private_files import places

log = logging.getLogger(__name__)

BATCH = 100


def due(now: datetime | None = None) -> QuerySet[Evidence]:
    """Return the photos whose files are to be deleted, the oldest first.

    Every case of their filing is closed, and nothing happened to any of them for so long: an
    appeal or a late answer is an event, and begins the time anew.
    """
    limit = (now or db_time.now()) - timedelta(days=settings.PHOTOS_KEPT_DAYS)
    of_filing = Correction.objects.filter(filing=OuterRef("filing"))
    lately = CorrectionEvent.objects.filter(correction__filing=OuterRef("filing"), at__gt=limit)
    return (
        Evidence.objects.filter(filing__isnull=False, deleted_at=None, uploaded_at__lte=limit)
        .filter(~Exists(of_filing.open()), ~Exists(lately))
        .order_by("uploaded_at", "id")
    )


def delete_due(*, seconds: float = 45) -> int:
    """Delete what is due in small batches, for `seconds` at most; return the number of photos."""
    if down := places.trouble():
        # A row says that its files are gone: none is written while nothing can be deleted.
        log.warning("no photos were deleted, %s", down)
        return 0
    deadline = time.monotonic() + seconds
    deleted = 0
    while time.monotonic() < deadline:
        count = _delete_some()
        deleted += count
        if count < BATCH:
            break
    if deleted:
        log.info("deleted the files of %s photos that were kept long enough", deleted)
    return deleted


@transaction.atomic
def _delete_some() -> int:
    photos = list(due().select_for_update(of=("self",), skip_locked=True)[:BATCH])
    Evidence.objects.filter(pk__in=[photo.pk for photo in photos]).update(
        deleted_at=db_time.now(), likeness=None
    )
    # After the commit. What a dying process leaves behind, the purge of files without a row takes.
    delete_files_on_commit([key for photo in photos for key in photo.keys])
    return len(photos)
