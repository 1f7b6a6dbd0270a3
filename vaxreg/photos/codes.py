"""The texts of QR codes on a photo, read in a separate process."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from vaxreg.photos import code_reader

log = logging.getLogger(__name__)

# Usual is half a second; a busy machine needs longer.
WAIT_SECONDS = 20


def texts_of(photo: bytes) -> list[str]:
    """Return the texts of the QR codes on a JPEG of our own; none when the reader fails."""
    # The environment of that process must not hold our settings and secrets.
    inherited = ("PATH", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in inherited if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  (our own module by its path, nothing of the user's)
            [sys.executable, "-I", "-B", str(Path(code_reader.__file__))],
            input=photo,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT_SECONDS,
            env=environment,
            check=True,
        )
        texts: list[str] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        log.warning("no code was read: the reader ended with %s", type(error).__name__)
        return []
    return texts
