"""What the pages of imports show: sites, progress, and rows by verdict."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from doses.facts import Position
from recording.imports.findings import Finding, findings_of
from recording.imports.models import DoseImport, ImportedRow
from recording.imports.reading.files import Line
from recording.imports.sent_file import SentFile
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 100
# Rows of the file shown above the choice of columns.
FIRST_ROWS = 5
MOST_LISTED = 50
WARNED, JOINED = "warning", "joined"
Verdict = ImportedRow.Verdict
# What needs somebody first.
ORDER = (
    Verdict.DECIDE,
    Verdict.ERROR,
    WARNED,
    Verdict.UPDATE,
    Verdict.NEW,
    JOINED,
    Verdict.ON_RECORD,
    Verdict.SKIPPED,
)
KINDS = {
    Verdict.DECIDE: "soon",
    Verdict.ERROR: "over",
    Verdict.UPDATE: "info",
    Verdict.NEW: "ok",
    Verdict.ON_RECORD: "muted",
    Verdict.SKIPPED: "muted",
}
LABELS = {
    WARNED: gettext_lazy("with a warning"),
    JOINED: gettext_lazy("joined a record"),
    **{verdict.value: verdict.label for verdict in Verdict},
}
HOW_JOINED = (ImportedRow.Joined.PROVEN, ImportedRow.Joined.EXACT, ImportedRow.Joined.DECIDED)


@dataclass(frozen=True)
class Progress:
    """How far a step is. left: the time that it still takes; None when nobody can tell yet."""

    done: int
    total: int
    rate: int
    left: timedelta | None


@dataclass(frozen=True)
class RowTab:
    """The rows of one verdict."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class ShownRow:
    """One row as the page shows it."""

    row: ImportedRow
    kind: str
    position: str
    findings: list[Finding]


@dataclass(frozen=True)
class ShownRows:
    """The tabs, and one page of the rows of the chosen one."""

    tabs: list[RowTab]
    chosen: str
    rows: list[ShownRow]
    next_line: int
    is_first: bool


def newest(user: "User") -> QuerySet[DoseImport]:
    """Return the newest imports of the user's sites."""
    rows = DoseImport.objects.visible_to(user).select_related("organization", "made_by")
    return rows.order_by("-made_at")[:MOST_LISTED]


def titles_of(sent: SentFile, first: Sequence[Line]) -> list[str]:
    """Return the header of each column; without one, what its first row holds."""
    width = max((len(cells) for _number, cells in first), default=0)
    titles = [*sent.header, *[""] * (width - len(sent.header))]
    if not any(titles) and first:
        titles = [cell.text[:40] for cell in first[0][1]]
    return titles


def progress(sent: SentFile) -> Progress:
    """Return rows, rate and the time left of the step at work."""
    began = sent.step_began_at or db_time.now()
    return progress_of(began, sent.done, sent.total)


def progress_of(began: datetime, done: int, total: int) -> Progress:
    """Return the same of any work that began then."""
    seconds = max((db_time.now() - began).total_seconds(), 0.001)
    rate = done / seconds
    rows = max(total - done, 0)
    left = timedelta(seconds=math.ceil(rows / rate)) if rate else None
    return Progress(done, total, round(rate), left)


def rows_shown(dose_import: DoseImport, query: Mapping[str, str]) -> ShownRows:
    """Return the rows of the verdict in ?show=, after the line in ?after=."""
    counts = dict(dose_import.counts)
    counts[JOINED] = _rows_of(dose_import, JOINED).count()
    tabs = [
        RowTab(str(name), str(LABELS[str(name)]), counts[str(name)])
        for name in ORDER
        if counts.get(str(name))
    ]
    names = [tab.name for tab in tabs]
    chosen = query.get("show", "")
    if chosen not in names:
        chosen = names[0] if names else Verdict.NEW.value
    after = query.get("after", "")
    line = int(after[:9]) if after.isascii() and after.isdecimal() else 0
    rows = _rows_of(dose_import, chosen).filter(line__gt=line).select_related("vaccine", "citizen")
    found = list(rows.order_by("line")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return ShownRows(
        tabs=tabs,
        chosen=chosen,
        rows=[_shown(row) for row in shown],
        next_line=shown[-1].line if len(found) > PAGE_SIZE else 0,
        is_first=line == 0,
    )


def _rows_of(dose_import: DoseImport, chosen: str) -> QuerySet[ImportedRow]:
    written = Q(verdict__in=(Verdict.NEW, Verdict.UPDATE))
    if chosen == WARNED:
        return dose_import.rows.filter(written).filter(Q(has_warning=True) | ~Q(doubts=[]))
    if chosen == JOINED:
        return dose_import.rows.filter(written, joined__in=HOW_JOINED)
    return dose_import.rows.filter(verdict=chosen)


def _shown(row: ImportedRow) -> ShownRow:
    position = f"{row.kind}-{row.ordinal}"
    known = position in Position.values
    return ShownRow(
        row=row,
        kind=KINDS[Verdict(row.verdict)],
        position=str(Position(position).label) if known else "",
        findings=findings_of(row.findings, row.doubts),
    )


def choices_in(posted: QueryDict) -> dict[int, str]:
    """Return {person key: choice} of a form of decisions; what is no key is left out."""
    found = {}
    for name, choice in posted.items():
        key = name.removeprefix("person-")
        if key != name and key.lstrip("-").isdecimal() and len(key) <= 20 and choice:
            found[int(key)] = str(choice)[:20]
    return found
