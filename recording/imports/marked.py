"""The file given back: every row as it came, its wrong cells marked, and the reasons beside it."""

from collections.abc import Iterator, Mapping
from itertools import islice

from django.http import FileResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from recording.imports import checking
from recording.imports.findings import OF_DOSES, Vocabulary, findings_of
from recording.imports.models import ImportedRow
from recording.imports.sent_file import SentFile
from vaxreg.spreadsheets.writing import Cell, MarkedCell, Sheet, xlsx_file

BATCH = 5_000
LABELS: dict[str, str | Promise] = {one.value: one.label for one in ImportedRow.Verdict}


def marked_file(
    sent: SentFile,
    *,
    name: str = "so-tiem-doses-checked",
    labels: Mapping[str, str | Promise] = LABELS,
    kind: Vocabulary = OF_DOSES,
) -> FileResponse:
    """Return the file with two columns more: what becomes of each row, and why.

    labels: what each verdict is called. kind: the words of its findings.
    """
    columns = max(len(sent.header), *(at + 1 for at in sent.mapping.values()))
    header = [*sent.header, *[""] * (columns - len(sent.header))]
    titles = [text or f"({at})" for at, text in enumerate(header, start=1)]
    rows = _rows(sent, columns, labels, kind)
    return xlsx_file(name, [Sheet(_("Rows"), [*titles, _("Verdict"), _("Why")], rows)])


def _rows(
    sent: SentFile, columns: int, labels: Mapping[str, str | Promise], kind: Vocabulary
) -> Iterator[list[Cell]]:
    names = ("line", "verdict", "findings", *(["doubts"] if kind.has_doubts else []))
    lines = checking.lines_below(sent)
    while chunk := list(islice(lines, BATCH)):
        judged = {
            line: (verdict, findings_of(stored, *doubts, kind=kind))
            for line, verdict, stored, *doubts in sent.rows.filter(
                line__gte=chunk[0][0], line__lte=chunk[-1][0]
            ).values_list(*names)
        }
        for number, cells in chunk:
            verdict, found = judged.get(number, ("", []))
            marks: dict[int, bool] = {}
            for one in found:
                at = sent.mapping.get(one.column)
                if at is not None:
                    marks[at] = marks.get(at, False) or not one.is_warning
            texts = [cell.text for cell in cells[:columns]]
            texts += [""] * (columns - len(texts))
            shown: list[Cell] = [
                MarkedCell(text, is_error=marks[at]) if at in marks else text
                for at, text in enumerate(texts)
            ]
            label = str(labels[verdict]) if verdict else ""
            yield [*shown, label, " ".join(map(str, found))]
