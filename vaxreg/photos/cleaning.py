"""Make an uploaded photo safe: check its size, decode it in a separate process, re-encode it."""

import hashlib
import io
import json
import logging
import subprocess
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from vaxreg import ui
from vaxreg.photos import apart, decoder

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE


# Seconds. The process may use 8 s of CPU; a busy machine needs longer to give it that.
WAIT_SECONDS = 30


# Decoders running at once per web process: each may use 700 MB.
_slots = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Picture:
    """A photo re-encoded from its pixels, preview and thumbnail: JPEG files without metadata."""

    whole: bytes
    preview: bytes
    width: int
    height: int
    # From the decoder (see `decoder.measure`); empty if it gave none.
    measures: dict[str, int] = field(default_factory=dict)
    # Empty when it is to be made of the preview, when a list asks for it.
    thumbnail: bytes = b""
    # How many pages its PDF has, if not all of them were taken and this is the last that was.
    pages: int = 0

    @property
    def likeness(self) -> int | None:
        """The perceptual hash of the photo (64-bit signed integer)."""
        return self.measures.get("likeness")

    @property
    def sha256(self) -> str:
        """SHA-256 of the re-encoded file; the same photo is not stored twice."""
        return hashlib.sha256(self.whole).hexdigest()


def clean(data: bytes) -> list[Picture]:
    """Re-encode a photo, or each of the first three pages of a PDF, in a separate process.

    Raises ValidationError if it is neither.
    """
    refuse_by_size(len(data))
    head, files = _decode(data)
    pictures = []
    for drawn in head["photos"]:
        whole, preview, thumbnail = (files.read(size) for size in drawn["sizes"])
        pictures.append(
            Picture(
                whole=whole,
                preview=preview,
                width=drawn["width"],
                height=drawn["height"],
                measures=drawn["measures"],
                thumbnail=thumbnail,
            )
        )
    if head["pages"] > decoder.MOST_PAGES:
        pictures[-1] = replace(pictures[-1], pages=head["pages"])
    return pictures


def refuse_by_size(size: int) -> None:
    """Raise ValidationError for an empty file, or one of more than MOST_BYTES bytes."""
    if size == 0:
        raise ValidationError(_("This file is empty. Choose the photo again."), code="empty")
    if size > MOST_BYTES:
        raise ValidationError(
            _(
                "This photo has %(size)s MB; at most 10 MB are possible. Take it in a lower"
                " quality, or send a screenshot of it."
            )
            % {"size": ui.number(size / MEGABYTE, 1)},
            code="size",
        )


def _refused(reason: str) -> ValidationError:
    words = {
        "type": _(
            "This is not a photo that we can read. Send a photo (JPEG, PNG, WebP, HEIC) or a PDF."
        ),
        "pixels": _(
            "This photo is larger than 25 megapixels. Take it in a lower resolution, or send a "
            "screenshot of it."
        ),
        "locked": _(
            "This PDF opens with a password only. Send it without the password, or a screenshot "
            "of it."
        ),
        "blank": _("Nothing can be seen in this PDF. Send a photo of the paper, or a screenshot."),
        "broken": _(
            "This file is damaged, or did not arrive whole. Choose it again, or take a new photo."
        ),
    }
    return ValidationError(words[reason], code=reason)


def _decode(data: bytes) -> tuple[dict[str, Any], io.BytesIO]:
    try:
        with _slots:
            written = apart.run(decoder, data, seconds=WAIT_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        log.warning("photo refused: the decoder ended with %s", type(error).__name__)
        raise _refused("broken") from None
    files = io.BytesIO(written)
    head: dict[str, Any] = json.loads(files.readline())
    if "refused" in head:
        raise _refused(head["refused"])
    return head, files


def thumbnail_of(preview: bytes) -> bytes:
    """Return the thumbnail of a preview. Takes JPEGs of our own only: it decodes them right here.

    Raises OSError when the preview cannot be read.
    """
    picture = Image.open(io.BytesIO(preview), formats=["JPEG"])
    picture.draft("RGB", decoder.THUMBNAIL)
    return decoder.thumbnail(picture)
