"""The texts of QR codes on a photo, read in a separate process."""

import json
import logging
import subprocess

from vaxreg.photos import apart, code_reader

log = logging.getLogger(__name__)

# Usual is half a second; a busy machine needs longer.
WAIT_SECONDS = 20


def texts_of(photo: bytes) -> list[str]:
    """Return the texts of the QR codes on a JPEG of our own; none when the reader fails."""
    try:
        texts: list[str] = json.loads(apart.run(code_reader, photo, seconds=WAIT_SECONDS))
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        log.warning("no code was read: the reader ended with %s", type(error).__name__)
        return []
    return texts
