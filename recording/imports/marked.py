"""The file given back: every row as it came, its wrong cells marked, and the reasons beside it."""

from collections.abc import Iterator
from itertools import islice

from django.http import FileResponse
from django.utils.translation import gettext as _

from recording.imports import checking
from recording.imports.findings import findings_of
from recording.imports.models import DoseImport, ImportedRow
from vaxreg.spreadsheets.writing import Cell, MarkedCell, Sheet, xlsx_file

BATCH = 5_000


def marked_file(dose_import: DoseImport) -> FileResponse:
    """Return the file with two columns more: what becomes of each row, and why."""
    columns = max(len(dose_import.header), *(at + 1 for at in dose_import.mapping.values()))
    header = [*dose_import.header, *[""] * (columns - len(dose_import.header))]
    titles = [text or f"({at})" for at, text in enumerate(header, start=1)]
    sheet = Sheet(_("Rows"), [*titles, _("Verdict"), _("Why")], _rows(dose_import, columns))
    return xlsx_file("so-tiem-doses-checked", [sheet])


def _rows(dose_import: DoseImport, columns: int) -> Iterator[list[Cell]]:
    lines = checking.lines_below(dose_import)
    while chunk := list(islice(lines, BATCH)):
        judged = {
            line: (verdict, findings_of(findings, doubts))
            for line, verdict, findings, doubts in dose_import.rows.filter(
                line__gte=chunk[0][0], line__lte=chunk[-1][0]
            ).values_list("line", "verdict", "findings", "doubts")
        }
        for number, cells in chunk:
            verdict, found = judged.get(number, ("", []))
            marks: dict[int, bool] = {}
            for one in found:
                at = dose_import.mapping.get(one.column)
                if at is not None:
                    marks[at] = marks.get(at, False) or not one.is_warning
            texts = [cell.text for cell in cells[:columns]]
            texts += [""] * (columns - len(texts))
            shown: list[Cell] = [
                MarkedCell(text, is_error=marks[at]) if at in marks else text
                for at, text in enumerate(texts)
            ]
            label = str(ImportedRow.Verdict(verdict).label) if verdict else ""
            yield [*shown, label, " ".join(map(str, found))]
