"""The sheet that our documents are drawn on: A4, our typeface, headings, page numbers."""

import fontpkg
from django.utils.translation import gettext as _
from fpdf.enums import XPos, YPos

from vaxreg.papers.tagged import Tag, TaggedPdf

FAMILY = "Be Vietnam Pro"
# Millimetres of an A4 page.
MARGIN, LINE = 18, 5.2
GREY, BLACK = 90, 20


class Sheet(TaggedPdf):
    """An A4 document with a title, in one language (other words say so by `spoken_in`)."""

    def __init__(self, title: str, *, language: str, has_page_numbers: bool = True) -> None:
        super().__init__()
        for style, weight in (("", 400), ("B", 600)):
            self.add_font("own", style, str(fontpkg.path(FAMILY, weight)))
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_lang(language)
        self.set_title(title)
        self.set_creator("Sổ Tiêm")
        self.has_page_numbers = has_page_numbers

    def footer(self) -> None:
        """Write the page number; fpdf2 calls it at the end of each page."""
        if not self.has_page_numbers:
            return
        self.set_y(-14)
        self.style(8, grey=True)
        words = _("Page %(page)s") % {"page": self.page_no()}
        with self.artifact():
            self.cell(0, 6, f"Sổ Tiêm · {words}", align="C")

    def heading(self, words: str, level: int = 1) -> None:
        """A heading, which stands among the bookmarks too; level 0 is the title."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(4 if level else 0)
        self.start_section(words, level=level)
        self.style(12 if level else 18, bold=True)
        with self.tagged(Tag.HEADING if level else Tag.TITLE):
            self._lines(words, 6 if level else 9)
        self.ln(1)

    def fact(self, label: str, value: str) -> None:
        """One fact with its label; none without a value."""
        if value:
            self.text_line(f"{label}: {value}")

    def text_line(self, words: str, *, bold: bool = False, grey: bool = False) -> None:
        """A paragraph, as wide as the page."""
        self.style(10, bold=bold, grey=grey)
        with self.tagged(Tag.PARAGRAPH):
            self._lines(words, LINE)

    def style(self, size: float, *, bold: bool = False, grey: bool = False) -> None:
        """Choose how the next words look; size in points."""
        self.set_font("own", "B" if bold else "", size)
        self.set_text_color(GREY if grey else BLACK)

    def _lines(self, words: str, height: float) -> None:
        self.multi_cell(0, height, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
