"""Reads the letters on a photo with Tesseract, where an installation has it, in a separate process."""

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from vaxreg.photos import letters

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
    # The environment of that process must not hold our settings and secrets.
    inherited = ("PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX")
    environment = {name: os.environ[name] for name in inherited if name in os.environ}
    script = str(Path(letters.__file__))
    try:
        done = subprocess.run(  # noqa: S603  (our own module by its path, nothing of the user's)
            [sys.executable, "-I", "-B", script, command, LANGUAGE],
            input=photo,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT_SECONDS,
            # More threads would only need more memory for one page.
            env={**environment, "OMP_THREAD_LIMIT": "1"},
            check=True,
        )
        readings: list[list[str]] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        log.warning("a photo was not read: the reader ended with %s", type(error).__name__)
        return []
    return readings
