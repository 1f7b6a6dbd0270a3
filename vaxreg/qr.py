"""QR codes as one SVG path, without an image file or inline style."""

from collections.abc import Iterable
from dataclasses import dataclass

import segno

# Width of the white margin, in modules; the standard (ISO/IEC 18004) asks for four.
QUIET = 4


@dataclass(frozen=True)
class Qr:
    """A QR code for `<c-qr>`: its side in modules, margin included, and the path to draw."""

    side: int
    path: str


def qr(text: str) -> Qr:
    """Encode a text at error correction level Q (about 25 % may be unreadable)."""
    rows = list(segno.make(text, error="q", boost_error=False).matrix_iter(border=QUIET))
    return Qr(len(rows), "".join(_runs(y, row) for y, row in enumerate(rows)))


def _runs(y: int, row: Iterable[int]) -> str:
    """Return the SVG path of one row: one rectangle for each run of dark modules."""
    text, start = "", None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            text += f"M{start} {y}h{x - start}v1H{start}z"
            start = None
    return text
