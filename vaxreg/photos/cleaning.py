"""Make an uploaded photo safe: check its size, decode it in a separate process, re-encode it."""

import hashlib
import io
import json
import logging
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from vaxreg import ui
from vaxreg.photos import decoder

log = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE


# Seconds. The process may use 8 s of CPU; a busy machine needs longer to give it that.
WAIT_SECONDS = 30


# Decoders running at once per web process: each may use 700 MB.
_slots = threading.BoundedSemaphore(2)


HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
)


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

    @property
    def likeness(self) -> int | None:
        """The perceptual hash of the photo (64-bit signed integer)."""
        return self.measures.get("likeness")

    @property
    def sha256(self) -> str:
        """SHA-256 of the re-encoded file; the same photo is not stored twice."""
        return hashlib.sha256(self.whole).hexdigest()


def clean(data: bytes) -> Picture:
    """Re-encode a photo in a separate process. Raises ValidationError if it is not a photo."""
    refuse_by_size(len(data))
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        raise ValidationError(
            _(
                "This is a HEIC photo, which most computers cannot open. On the iPhone choose"
                " Settings > Camera > Formats > Most Compatible and take it again, or take a"
                " screenshot of it and send that."
            ),
            code="heic",
        )
    if data[:5] == b"%PDF-":
        raise ValidationError(
            _("This is a PDF, not a photo. Take a photo of the paper, or a screenshot of the PDF."),
            code="pdf",
        )
    return _decode(data)


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
        "type": _("This is not a photo that we can read. Send a JPEG, PNG or WebP file."),
        "pixels": _(
            "This photo is larger than 25 megapixels. Take it in a lower resolution, or send a "
            "screenshot of it."
        ),
        "broken": _(
            "This photo is damaged or did not arrive whole. Choose it again, or take a new one."
        ),
    }
    return ValidationError(words[reason], code=reason)


def _decode(data: bytes) -> Picture:
    # The environment of that process must not hold our settings and secrets.
    inherited = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ
    }
    command = [sys.executable, "-I", "-B", str(Path(decoder.__file__))]
    try:
        with _slots:
            done = subprocess.run(  # noqa: S603  (our own module by its path, nothing of the user's)
                command,
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=WAIT_SECONDS,
                env=inherited,
                check=True,
            )
    except (subprocess.SubprocessError, OSError) as error:
        log.warning("photo refused: the decoder ended with %s", type(error).__name__)
        raise _refused("broken") from None
    line, _newline, rest = done.stdout.partition(b"\n")
    head = json.loads(line)
    if "refused" in head:
        raise _refused(head["refused"])
    whole, preview, _thumbnail = head["sizes"]
    return Picture(
        whole=rest[:whole],
        preview=rest[whole : whole + preview],
        width=head["width"],
        height=head["height"],
        measures=head["measures"],
        thumbnail=rest[whole + preview :],
    )


def thumbnail_of(preview: bytes) -> bytes:
    """Return the thumbnail of a preview. Takes JPEGs of our own only: it decodes them right here.

    Raises OSError when the preview cannot be read.
    """
    picture = Image.open(io.BytesIO(preview), formats=["JPEG"])
    picture.draft("RGB", decoder.THUMBNAIL)
    return decoder.thumbnail(picture)
