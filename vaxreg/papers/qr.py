"""QR codes as rectangles: one SVG path on pages, one filled path in a PDF."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import segno

# Width of the white margin, in modules; the standard (ISO/IEC 18004) asks for four.
QUIET = 4


@dataclass(frozen=True)
class Qr:
    """A QR code: its side in modules, margin included, and its runs of dark modules.

    A run is (x, y, width), in modules; each is one module high.
    """

    side: int
    runs: tuple[tuple[int, int, int], ...]

    @property
    def path(self) -> str:
        """The path for `<c-qr>`."""
        return "".join(f"M{x} {y}h{width}v1H{x}z" for x, y, width in self.runs)


def qr(text: str) -> Qr:
    """Encode a text at error correction level Q (about 25 % may be unreadable)."""
    rows = list(segno.make(text, error="q", boost_error=False).matrix_iter(border=QUIET))
    return Qr(len(rows), tuple(run for y, row in enumerate(rows) for run in _runs(y, row)))


def _runs(y: int, row: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the runs of dark modules of one row."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, y, x - start
            start = None
