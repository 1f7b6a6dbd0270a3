"""The card for the wallet (ISO/IEC 7810 ID-1): both sides on one A4 page, to cut and to fold."""

from django.utils.translation import gettext_lazy as _

from certificates.paper.content import Both, Paper
from certificates.paper.drawing import LEADING, CertificateSheet
from vaxreg.papers.tagged import Tag

WIDTH, HEIGHT = 85.6, 54.0
TOP, LEFT = 62.0, (210 - 2 * WIDTH) / 2
FOLD, EDGE = LEFT + WIDTH, 4.0
# The code fills the height of its side; its own white margin is the margin.
SIDE = HEIGHT - 2
CUT = _("Print at 100 %. Cut along the line, fold along the dashes.")


def drawn(paper: Paper) -> bytes:
    """Return the PDF."""
    sheet = CertificateSheet(paper)
    sheet.set_y(22)
    sheet.both(LEFT, 2 * WIDTH, Both.of(CUT), 11, english=9)
    sheet.ln(2)
    sheet.both(LEFT, 2 * WIDTH, paper.ends, 9, english=8)
    _lines(sheet)
    _front(sheet, paper)
    _back(sheet, paper)
    sheet.set_y(TOP + HEIGHT + 8)
    with sheet.tagged(Tag.PARAGRAPH):
        sheet.words(LEFT, 2 * WIDTH, f"Sổ Tiêm · {paper.printed.vietnamese}", 8.5, grey=True)
        sheet.in_english(LEFT, 2 * WIDTH, paper.printed, 7.5)
    return bytes(sheet.output())


def _lines(sheet: CertificateSheet) -> None:
    with sheet.ornament():
        sheet.set_draw_color(120)
        sheet.set_line_width(0.2)
        sheet.rect(LEFT, TOP, 2 * WIDTH, HEIGHT, style="D", round_corners=True, corner_radius=3)
        sheet.set_dash_pattern(dash=1.5, gap=1.2)
        sheet.line(FOLD, TOP - 4, FOLD, TOP + HEIGHT + 4)
        sheet.set_dash_pattern()


def _front(sheet: CertificateSheet, paper: Paper) -> None:
    inner = WIDTH - 2 * EDGE
    left = LEFT + EDGE
    with sheet.ornament():
        sheet.rect(left, TOP + 13.6, inner, 0.6, style="F")
    sheet.set_y(TOP + 3.4)
    with sheet.tagged(Tag.TITLE):
        sheet.words(left, inner, paper.title.vietnamese, 11, bold=True, green=True, lines=1)
        sheet.in_english(left, inner, paper.title, 7)
    sheet.set_y(TOP + 15.2)
    sheet.fact_at(left, inner, paper.name, label=5.5, value=11, lines=1)
    half = inner / 2 - 1
    cells = [paper.born, *paper.lines]
    for at, line in enumerate(cells):
        row, column = divmod(at, 2)
        sheet.set_y(TOP + 23.3 + row * 6.7)
        sheet.fact_at(left + column * (half + 2), half, line, label=5.5, value=7.5, lines=1)


def _back(sheet: CertificateSheet, paper: Paper) -> None:
    sheet.code_at(FOLD + 1, TOP + 1, SIDE, paper)
    left = FOLD + SIDE + 1.5
    width = WIDTH - SIDE - 1.5 - 2.5
    sheet.set_y(TOP + EDGE)
    sheet.fact_at(left, width, paper.code, label=5.5, value=8.5, lines=1)
    sheet.ln(1.6)
    with sheet.tagged(Tag.PARAGRAPH):
        sheet.words(left, width, paper.check.vietnamese, 6.2)
        sheet.in_english(left, width, paper.check, 5.5)
        sheet.words(left, width, paper.address, 6.5, bold=True, green=True, lines=1)
    sheet.ln(1.6)
    sheet.both(left, width, paper.show_with, 6.2, english=5.5)
    sheet.set_y(TOP + HEIGHT - EDGE - 3 * 5 * LEADING)
    sheet.fact_at(left, width, paper.identifier, label=5, value=5, lines=2)
