"""What both forms of the paper share: a fact with its two labels, words that must fit, the code."""

from collections.abc import Iterator
from contextlib import contextmanager

from fpdf.enums import MethodReturnValue, XPos, YPos

from certificates.paper.content import Both, Line, Paper
from vaxreg.papers.sheet import Sheet
from vaxreg.papers.tagged import Tag

GREEN = (11, 93, 75)
PALE = (214, 226, 221)
# Millimetres of a point, and of a line of text for each point of its size.
POINT = 25.4 / 72
LEADING = POINT * 1.28


class CertificateSheet(Sheet):
    """The sheet of a certificate: words are put where they belong, in millimetres."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(paper.title.vietnamese, language="vi", has_page_numbers=False)
        self.set_auto_page_break(False)
        self.c_margin = 0
        self.add_page()

    def words(
        self,
        x: float,
        width: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        grey: bool = False,
        green: bool = False,
        align: str = "L",
        lines: int = 0,
    ) -> None:
        """Write words from the current height on, and move below them.

        lines: at most so many; the letters get smaller until they fit.
        """
        self.style(size, bold=bold, grey=grey)
        while lines and self._count(width, text) > lines and size > 4:
            size -= 0.25
            self.set_font_size(size)
        if green:
            self.set_text_color(*GREEN)
        self.set_x(x)
        self.multi_cell(width, size * LEADING, text, new_x=XPos.LEFT, new_y=YPos.NEXT, align=align)

    def in_english(
        self, x: float, width: float, words: Both, size: float, *, align: str = "L", lines: int = 0
    ) -> None:
        """Write the English words in grey below the Vietnamese, if there are any."""
        if words.english:
            with self.spoken_in("en"):
                self.words(x, width, words.english, size, grey=True, align=align, lines=lines)

    def both(
        self,
        x: float,
        width: float,
        words: Both,
        size: float,
        *,
        english: float,
        bold: bool = False,
        tag: Tag = Tag.PARAGRAPH,
        align: str = "L",
        lines: int = 0,
    ) -> None:
        """Write one element in both languages; sizes in points."""
        with self.tagged(tag):
            self.words(x, width, words.vietnamese, size, bold=bold, align=align, lines=lines)
            self.in_english(x, width, words, english, align=align, lines=lines)

    def fact_at(
        self,
        x: float,
        width: float,
        line: Line,
        *,
        label: float,
        value: float,
        lines: int = 0,
    ) -> None:
        """Write a fact: the Vietnamese label and the English one in a row, the value below."""
        with self.tagged(Tag.PARAGRAPH):
            top = self.get_y()
            self.words(x, width, line.label.vietnamese, label, green=True, bold=True)
            begins = self.get_string_width(line.label.vietnamese) + label * POINT * 0.6
            self.style(label)
            if begins + self.get_string_width(line.label.english) <= width:
                self.set_y(top)
                self.in_english(x + begins, width - begins, line.label, label)
            else:
                self.in_english(x, width, line.label, label)
            top = self.get_y()
            self.words(x, width, line.value.vietnamese, value, bold=True, lines=lines)
            if line.value.english:
                self._beside(x, width, line.value, top, value)

    def code_at(self, x: float, y: float, side: float, paper: Paper) -> None:
        """Draw the QR code with its white margin; `side` in millimetres."""
        module = side / paper.qr.side
        with self.tagged(Tag.FIGURE, alt=paper.qr_shows.vietnamese):
            self.fill_rectangles(
                (x + left * module, y + top * module, width * module, module)
                for left, top, width in paper.qr.runs
            )

    @contextmanager
    def ornament(self) -> Iterator[None]:
        """Lines and colours, which say nothing."""
        with self.artifact():
            self.set_fill_color(*GREEN)
            self.set_draw_color(*PALE)
            self.set_line_width(0.3)
            yield

    def _beside(self, x: float, width: float, value: Both, top: float, size: float) -> None:
        """The English value: in the same row if there is room, else below."""
        small = size * 0.72
        begins = self.get_string_width(value.vietnamese) + 1.5 * size / 10
        below = self.get_y()
        self.style(small)
        has_room = begins + self.get_string_width(value.english) <= width
        with self.spoken_in("en"):
            if has_room and below - top < size * LEADING * 1.5:
                self.set_y(top + (size - small) * POINT * 0.95)
                self.words(x + begins, width - begins, value.english, small, grey=True)
                self.set_y(below)
            else:
                self.words(x, width, value.english, small, grey=True, lines=1)

    def _count(self, width: float, text: str) -> int:
        found = self.multi_cell(
            width, 5, text, dry_run=True, output=MethodReturnValue.LINES, align="L"
        )
        return len(found)  # type: ignore[arg-type]
