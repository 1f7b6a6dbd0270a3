"""Tagged PDF: what is a heading, a paragraph or a figure, for those who have it read aloud.

fpdf2 2.8 tags images alone, by methods of its own. This file is the only one that calls them;
tests/vaxreg/papers/test_tagged.py says when a newer fpdf2 does it in another way.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from fpdf import FPDF
from fpdf.prefs import ViewerPreferences


class Tag(StrEnum):
    """The structure types that we use (ISO 32000-1, 14.8.4)."""

    TITLE = "H1"
    HEADING = "H2"
    PARAGRAPH = "P"
    FIGURE = "Figure"


class TaggedPdf(FPDF):
    """An A4 document that carries its structure; its title stands in the window of the reader.

    What is drawn outside of `tagged` must be drawn inside `artifact`, or nobody hears of it.
    """

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        # How what is open now begins; it ends with the page and begins again on the next one.
        self._open: list[Callable[[], str]] = []
        self._marked: Counter[int] = Counter()

    def add_page(self, *args: Any, **kwargs: Any) -> None:
        """Add a page; an element that is open goes on there as another one of its kind."""
        unfinished, self._open = self._open, []
        for _one in unfinished:
            self._out("EMC")
        super().add_page(*args, **kwargs)
        for begin in unfinished:
            self._out(begin())
        self._open = unfinished

    @contextmanager
    def tagged(self, tag: Tag, alt: str = "") -> Iterator[None]:
        """All that is drawn inside is one element; alt: what a figure shows, in words."""
        with self._marked_content(lambda: self._begin(tag, alt)):
            yield

    @contextmanager
    def spoken_in(self, language: str) -> Iterator[None]:
        """Inside an element: these words are in another language."""
        with self._marked_content(lambda: f"/Span <</Lang ({language})>> BDC"):
            yield

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What says nothing: lines, page numbers."""
        with self._marked_content(lambda: "/Artifact BMC"):
            yield

    def fill_rectangles(self, rectangles: Iterable[tuple[float, float, float, float]]) -> None:
        """Fill rectangles (x, y, width, height in mm) as one path, so that no seams are seen."""
        k, top = self.k, self.h
        parts = [
            f"{x * k:.3f} {(top - y) * k:.3f} {width * k:.3f} {-height * k:.3f} re"
            for x, y, width, height in rectangles
        ]
        self._out(f"q 0 g {' '.join(parts)} f Q")

    @contextmanager
    def _marked_content(self, begin: Callable[[], str]) -> Iterator[None]:
        self._out(begin())
        self._open.append(begin)
        yield
        self._open.pop()
        self._out("EMC")

    def _begin(self, tag: Tag, alt: str) -> str:
        number = self._marked[self.page]
        self._marked[self.page] += 1
        self._add_marked_content(struct_type=f"/{tag}", mcid=number, alt_text=alt or None)
        return f"/{tag} <</MCID {number}>> BDC"
