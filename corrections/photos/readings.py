"""Reads vaccine, lot and date of each dose off the photos of drafts, in the background.

The row of a photo says whether it was read, so that a lost hint costs a minute at most. What was
read is only offered to the citizen (portal/photo_readings.py), and is forgotten at filing.
"""

import logging
import time
from datetime import timedelta

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone

from background import counting
from corrections.models import Evidence
from corrections.photos import paper_text
from doses.models import Vaccine, VaccineGroup
from doses.models.vaccines import COVID_19
from vaxreg import db_time
from vaxreg.celery import hint
from vaxreg.photos import reading
from vaxreg.private_files.outage import StoreDown
from vaxreg.typed.dates import EARLIEST

log = logging.getLogger(__name__)

# Seconds after which no further photo is begun: one may take 45, and a task 60 at most.
PASS = 10
# Nobody waits for a photo that lay this long.
MOST_AGE = timedelta(hours=1)
# Pixels of the longer side. On smaller photos too much is misread (docs/adr/0033); the pages send
# 2000, and messengers leave 1280.
LEAST_SIDE = 1280
READING = counting.register(
    counting.Work("corrections.reading", "photos to be read", lambda key: f"evidence row {key}")
)


def is_possible() -> bool:
    """Whether a program for it is installed."""
    return reading.program() is not None


def will_read(photo: Evidence) -> bool:
    """Whether a photo of a draft is yet to be read."""
    is_large = max(photo.width, photo.height) >= LEAST_SIDE
    return photo.doses_read is None and is_large and is_possible()


def ask() -> None:
    """Have new photos read soon after the commit, where that is possible."""
    if is_possible():
        hint("corrections.read_photos")


def new() -> QuerySet[Evidence]:
    """Return the photos of drafts that were not read yet, the oldest first."""
    recent = db_time.now() - MOST_AGE
    waiting = Evidence.objects.filter(
        draft__isnull=False, doses_read__isnull=True, uploaded_at__gte=recent
    )
    large = Q(width__gte=LEAST_SIDE) | Q(height__gte=LEAST_SIDE)
    return waiting.filter(large).order_by("uploaded_at", "pk")


def read_new(seconds: float = PASS) -> int:
    """Read new photos until there are none or the time is over; return how many were read."""
    if not is_possible():
        return 0
    until = time.monotonic() + seconds
    done = 0
    for photo in list(new()):
        if time.monotonic() > until:
            break
        try:
            with counting.counted(READING, [photo.pk]) as begun:
                done += _read(photo) if begun else 0
        except StoreDown as down:
            log.warning("reading of photos stopped, %s", down)
            break
    return done


def _read(photo: Evidence) -> bool:
    still = Evidence.objects.filter(pk=photo.pk, draft__isnull=False, doses_read__isnull=True)
    if not still.exists():
        return False
    try:
        with default_storage.open(photo.file_key) as file:
            readings = reading.readings_of(file.read())
    except FileNotFoundError:
        log.error("a photo's file is missing: evidence row %s", photo.pk)
        readings = []
    # The paper of Decision 3588/QĐ-BYT confirms doses against COVID-19 alone.
    on_paper = Vaccine.objects.filter(group__code=COVID_19)
    found = paper_text.doses_on(
        readings,
        vaccines=dict(on_paper.values_list("code", "name")),
        earliest=VaccineGroup.objects.get(code=COVID_19).first_given_on or EARLIEST,
        latest=timezone.localdate(db_time.now()),
    )
    read = {str(number): dose.as_facts for number, dose in found.items()}
    return bool(still.update(doses_read=read))
