"""Tells whether two photos are nearly the same picture: saved again, made smaller, turned a little.

All certificates look alike from afar, so a 64-bit perceptual hash only finds candidates. Then the
two previews are compared tile by tile. Previews are JPEGs of our own (vaxreg/photos/decoder.py).
"""

import logging
from io import BytesIO
from typing import TYPE_CHECKING

from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image, ImageChops, ImageFilter, ImageOps

from citizens.models import Citizen
from corrections.models import Evidence
from corrections.prechecks import photos
from corrections.prechecks.rules import ProposalWarning

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)

# How many earlier photos are compared by hash, the newest first.
MOST_HASHES = 200
# How many of them are compared by preview: 50 ms each.
MOST_PREVIEWS = 5

# Bits of the hash that may differ.
MOST_DIFFERENT_BITS = 6
# Tuned on certificates: copies stay below 28, other papers on the same form above 37.
MOST_DIFFERENCE = 30
SIZE = (320, 240)
# Crops a tenth on each side, where a turned picture shows something else.
MIDDLE = (24, 18, 296, 222)
FIELDS = (17, 13)
ANGLES = (0, 0.5, -0.5, 1, -1)


def copies(
    likeness: int | None, preview: bytes, about: Citizen, *, by: "User"
) -> list[ProposalWarning]:
    """Return a warning if this uploader, or anybody for this citizen, sent the photo before."""
    if likeness is None:
        return []
    known = Evidence.objects.filter(deleted_at=None).exclude(likeness=None)
    # A union of two queries: an OR over two tables could use no index.
    earlier = known.filter(uploaded_by=by).union(
        known.filter(filing__citizen__in=Citizen.objects.whole(about))
    )
    latest = earlier.order_by("-id")[:MOST_HASHES]
    candidates = [photo for photo in latest if _may_be_same(likeness, photo.likeness or 0)]
    for photo in candidates[:MOST_PREVIEWS]:
        if _looks_like(photo, preview):
            is_here = photo.draft is not None and photo.draft.citizen_id == about.pk
            return [
                photos.warning_about_copy(
                    None if is_here else timezone.localdate(photo.uploaded_at)
                )
            ]
    return []


def _looks_like(photo: Evidence, preview: bytes) -> bool:
    try:
        with default_storage.open(photo.preview_key) as file:
            return is_same(file.read(), preview)
    except OSError:
        log.warning("a photo's preview cannot be read: evidence row %s", photo.pk)
        return False


def _may_be_same(one: int, other: int) -> bool:
    """Tell whether two hashes are close enough to compare the previews."""
    return ((one ^ other) & (2**64 - 1)).bit_count() <= MOST_DIFFERENT_BITS


def is_same(one: bytes, other: bytes) -> bool:
    """Tell whether two previews show nearly the same picture; takes about 50 ms."""
    first, second = _small(one), _small(other)
    fixed = _middle(first, 0)
    return any(_difference(fixed, _middle(second, angle)) < MOST_DIFFERENCE for angle in ANGLES)


def _small(preview: bytes) -> Image.Image:
    picture = Image.open(BytesIO(preview), formats=["JPEG"])
    picture.draft("L", (SIZE[0] * 2, SIZE[1] * 2))
    return picture.convert("L").resize(SIZE, Image.Resampling.BOX)


def _middle(small: Image.Image, angle: float) -> Image.Image:
    turned = small.rotate(angle, Image.Resampling.BICUBIC) if angle else small
    stretched = ImageOps.autocontrast(turned.crop(MIDDLE), cutoff=2)
    return stretched.filter(ImageFilter.GaussianBlur(1.5))


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of the tile that differs most, 0 to 255."""
    fields = ImageChops.difference(one, other).resize(FIELDS, Image.Resampling.BOX)
    return max(fields.tobytes())
