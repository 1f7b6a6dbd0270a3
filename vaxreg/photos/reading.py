"""Reads the letters on a photo with Tesseract, where an installation has it, in a separate process."""

import json
import logging
import shutil
import subprocess

from django.conf import settings

from vaxreg.photos import apart, letters

log = logging.getLogger(__name__)

# Its data for Vietnamese: the Debian package tesseract-ocr-vie.
LANGUAGE = "vie"
# Usual is 3 s of CPU; a busy machine needs longer to give it that. Less than a task may take.
WAIT_SECONDS = 45


def program() -> str | None:
    """Return the path of Tesseract (the setting OCR_COMMAND); None where there is none."""
    return shutil.which(settings.OCR_COMMAND or "tesseract")


def readings_of(photo: bytes) -> list[list[str]]:
    """Return what was read on a JPEG of our own, several times over: lines of text, from the top.

    Empty when there is no program, or when it fails or takes too long.
    """
    command = program()
    if command is None:
        return []
    try:
        written = apart.run(
            letters,
            photo,
            seconds=WAIT_SECONDS,
            arguments=(command, LANGUAGE),
            inherits=("TESSDATA_PREFIX",),
            # More threads would only need more memory for one page.
            env={"OMP_THREAD_LIMIT": "1"},
        )
        readings: list[list[str]] = json.loads(written)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        log.warning("a photo was not read: the reader ended with %s", type(error).__name__)
        return []
    return readings
