"""Make the web fonts: Latin and Vietnamese letters of Be Vietnam Pro as WOFF2."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fontpkg
from django.conf import settings
from django.core.management.base import BaseCommand
from fontTools import subset

# Two are enough to tell text from what stands out; each more is 14 KB of a first visit.
WEIGHTS = (400, 600)
FAMILY = "Be Vietnam Pro"
LETTERS = (
    "U+0020-007E,U+00A0-00FF,U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,"
    "U+01AF-01B0,U+0300-0301,U+0303,U+0309,U+0323,U+1EA0-1EF9,U+2010-2014,U+2018-201E,U+2022,"
    "U+2026,U+20AB,U+2122,U+2212"
)
# What places marks, joins letters and spaces them. The instructions for screens without smoothing
# (hinting) are half of a file.
CUT = ("--flavor=woff2", "--layout-features=ccmp,kern,liga,locl,mark,mkmk", "--no-hinting")


class Command(BaseCommand):
    """Writes into settings.FONTS_DIR; does nothing when the fonts are up to date."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = settings.FONTS_DIR
        stamp = folder.with_suffix(".stamp")
        wanted = self._fingerprint()
        names = [folder / f"be-vietnam-pro-{weight}.woff2" for weight in WEIGHTS]
        if stamp.exists() and stamp.read_text() == wanted and all(name.exists() for name in names):
            self.stdout.write("Fonts are up to date.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for earlier in folder.glob("*.woff2"):
            earlier.unlink()
        for weight, name in zip(WEIGHTS, names, strict=True):
            source = str(fontpkg.path(FAMILY, weight))
            subset.main([source, f"--unicodes={LETTERS}", *CUT, f"--output-file={name}"])
        stamp.write_text(wanted)
        self.stdout.write(f"Fonts written to {folder}.")

    def _fingerprint(self) -> str:
        parts = [
            LETTERS,
            str(WEIGHTS),
            *CUT,
            version("fontpkg-be-vietnam-pro"),
            version("fonttools"),
        ]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()
