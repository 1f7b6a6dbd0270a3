"""QR codes as the outline of one SVG path: no picture file, no inline style."""

from collections.abc import Iterable
from dataclasses import dataclass

import segno

# Modules of white around the code; readers need four.
QUIET = 4


@dataclass(frozen=True)
class Qr:
    """What `<c-qr>` draws: the side in modules, quiet zone included, and the dark ones."""

    side: int
    path: str


def qr(text: str) -> Qr:
    """Draw a text, usually an address; a quarter of the code may be dirty (error level Q)."""
    rows = list(segno.make(text, error="q", boost_error=False).matrix_iter(border=QUIET))
    return Qr(len(rows), "".join(_runs(y, row) for y, row in enumerate(rows)))


def _runs(y: int, row: Iterable[int]) -> str:
    """One row of modules as rectangles, one for each run of dark ones."""
    text, start = "", None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            text += f"M{start} {y}h{x - start}v1H{start}z"
            start = None
    return text
