"""The A4 page: a code that every camera reads, the facts beside it, and where to check it."""

from certificates.paper.content import Paper
from certificates.paper.drawing import CertificateSheet
from vaxreg.papers.tagged import Tag

LEFT, RIGHT = 18, 192
WIDTH = RIGHT - LEFT
SIDE = 88
# The facts beside the code.
COLUMN = LEFT + SIDE + 12


def drawn(paper: Paper) -> bytes:
    """Return the PDF."""
    sheet = CertificateSheet(paper)
    _head(sheet, paper)
    sheet.set_y(56)
    sheet.fact_at(LEFT, WIDTH, paper.name, label=9, value=22, lines=2)
    sheet.ln(3)
    sheet.fact_at(LEFT, WIDTH, paper.born, label=9, value=14)
    top = sheet.get_y() + 7
    below = _facts(sheet, paper, top)
    below = max(below, _code(sheet, paper, top)) + 9
    _check(sheet, paper, below)
    _foot(sheet, paper)
    return bytes(sheet.output())


def _head(sheet: CertificateSheet, paper: Paper) -> None:
    with sheet.ornament():
        sheet.rect(0, 0, sheet.w, 5, style="F")
        sheet.line(LEFT, 50, RIGHT, 50)
    sheet.set_y(15)
    sheet.both(LEFT, WIDTH, paper.issuer, 10, english=8.5, bold=True)
    sheet.ln(5)
    with sheet.tagged(Tag.TITLE):
        sheet.words(LEFT, WIDTH, paper.title.vietnamese, 23, bold=True, green=True, lines=1)
        sheet.in_english(LEFT, WIDTH, paper.title, 12)


def _facts(sheet: CertificateSheet, paper: Paper, top: float) -> float:
    sheet.set_y(top)
    for line in paper.lines:
        sheet.fact_at(COLUMN, RIGHT - COLUMN, line, label=9, value=13)
        sheet.ln(2.6)
    return sheet.get_y()


def _code(sheet: CertificateSheet, paper: Paper, top: float) -> float:
    with sheet.ornament():
        sheet.rect(LEFT, top, SIDE, SIDE, style="D", round_corners=True, corner_radius=3)
    sheet.code_at(LEFT, top, SIDE, paper)
    return top + SIDE


def _check(sheet: CertificateSheet, paper: Paper, top: float) -> None:
    with sheet.ornament():
        sheet.line(LEFT, top, RIGHT, top)
    sheet.set_y(top + 6)
    sheet.fact_at(LEFT, WIDTH, paper.code, label=9, value=22)
    sheet.ln(1.5)
    sheet.fact_at(LEFT, WIDTH, paper.identifier, label=8, value=9)
    sheet.ln(4)
    with sheet.tagged(Tag.PARAGRAPH):
        sheet.words(LEFT, WIDTH, paper.check.vietnamese, 10.5)
        sheet.in_english(LEFT, WIDTH, paper.check, 9)
        sheet.words(LEFT, WIDTH, paper.address, 13, bold=True, green=True)
    sheet.ln(3)
    sheet.both(LEFT, WIDTH, paper.show_with, 10.5, english=9)
    sheet.ln(1.5)
    sheet.both(LEFT, WIDTH, paper.ends, 10.5, english=9)


def _foot(sheet: CertificateSheet, paper: Paper) -> None:
    with sheet.ornament():
        sheet.line(LEFT, 279, RIGHT, 279)
    sheet.set_y(282)
    with sheet.tagged(Tag.PARAGRAPH):
        sheet.words(LEFT, WIDTH, f"Sổ Tiêm · {paper.printed.vietnamese}", 8.5, grey=True)
        sheet.in_english(LEFT, WIDTH, paper.printed, 7.5)
