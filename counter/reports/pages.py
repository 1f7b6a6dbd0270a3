"""What the pages of files of reports show: the files, and the rows of one by what becomes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from citizens.visits import log_listed
from corrections.actions.by_office import untouched
from corrections.models import Kind
from corrections.models.case import DOSE_KINDS
from counter.reports.findings import findings_of
from counter.reports.models import ReportFile, ReportRow
from doses.facts import Position, dose_title
from recording.imports.findings import Finding
from recording.imports.pages import RowTab
from vaxreg import ui
from vaxreg.typed.dates import PartialDate

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 100
MOST_LISTED = 50
MOST_NAMED = 100
Verdict = ReportRow.Verdict
# What needs somebody first.
KINDS: dict[str, str] = {
    Verdict.DECIDE: "soon",
    Verdict.ERROR: "over",
    Verdict.NEW: "ok",
    Verdict.FILED: "ok",
    Verdict.WITHDRAWN: "muted",
    Verdict.ON_RECORD: "muted",
    Verdict.SKIPPED: "muted",
}
LABELS: dict[str, str | Promise] = {one.value: one.label for one in Verdict}
KIND_LABELS = {
    Kind.MISSING_DOSE: gettext_lazy("A dose is missing"),
    Kind.WRONG_FIELDS: gettext_lazy("Wrong fact of a dose"),
    Kind.IDENTITY: gettext_lazy("Wrong fact of the person"),
}


@dataclass(frozen=True)
class ShownRow:
    """One row as the page shows it. about: what is wrong, in words; told: when, in words."""

    row: ReportRow
    kind: str
    about: str
    told: str
    findings: list[Finding]


@dataclass(frozen=True)
class ShownRows:
    """The tabs, and one page of the rows of the chosen one."""

    tabs: list[RowTab]
    chosen: str
    rows: list[ShownRow]
    next_line: int
    is_first: bool


@dataclass(frozen=True)
class UndoPreview:
    """How many cases would be withdrawn, and the rows whose cases stay."""

    untouched: int
    begun: list[ReportRow]


def newest(user: "User") -> QuerySet[ReportFile]:
    """Return the newest files of the user's offices."""
    rows = ReportFile.objects.visible_to(user).select_related("organization", "made_by")
    return rows.order_by("-made_at")[:MOST_LISTED]


def rows_shown(sent: ReportFile, query: Mapping[str, str], *, by: "User") -> ShownRows:
    """Return the rows of the verdict in ?show=, after the line in ?after=; log whom the user sees."""
    tabs = [
        RowTab(name, str(LABELS[name]), sent.counts[name])
        for name in KINDS
        if sent.counts.get(name)
    ]
    names = [tab.name for tab in tabs]
    chosen = query.get("show", "")
    if chosen not in names:
        chosen = names[0] if names else Verdict.NEW.value
    after = query.get("after", "")
    line = int(after[:9]) if after.isascii() and after.isdecimal() else 0
    rows = sent.rows.filter(verdict=chosen, line__gt=line)
    related = rows.select_related("dose__vaccine", "correction__filing", "site")
    found = list(related.order_by("line")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    log_listed(by, (row.citizen_id for row in shown if row.citizen_id))
    return ShownRows(
        tabs=tabs,
        chosen=chosen,
        rows=[_shown(row) for row in shown],
        next_line=shown[-1].line if len(found) > PAGE_SIZE else 0,
        is_first=line == 0,
    )


def undo_preview(sent: ReportFile, *, by: "User") -> UndoPreview:
    """Return what undoing would do now, and log that the user has seen whose cases stay."""
    rows = sent.rows.filter(verdict=Verdict.FILED)
    free = untouched().order_by().values("pk")
    begun = rows.exclude(correction__in=free).select_related("correction").order_by("line")
    named = list(begun[:MOST_NAMED])
    log_listed(by, (row.citizen_id for row in named if row.citizen_id))
    return UndoPreview(rows.filter(correction__in=free).count(), named)


def _shown(row: ReportRow) -> ShownRow:
    return ShownRow(
        row=row,
        kind=KINDS[row.verdict],
        about=about(row),
        told=_told(row),
        findings=findings_of(row.findings),
    )


def about(row: ReportRow) -> str:
    """Return what the row says is wrong: which dose, or that it is the person."""
    parts = [str(KIND_LABELS[Kind(row.kind)])] if row.kind else []
    if row.dose is not None:
        parts.append(dose_title(row.dose))
    elif row.kind in (*DOSE_KINDS, Kind.MISSING_DOSE):
        if row.position:
            parts.append(str(Position(row.position).label))
        day = row.proposed.get("given_on") if row.kind == Kind.MISSING_DOSE else None
        if day:
            parts.append(str(PartialDate.fromisoformat(day)))
        elif row.given_on:
            parts.append(ui.day(row.given_on))
    return " · ".join(parts)


def _told(row: ReportRow) -> str:
    return ui.told(row.told_at) if row.told_at else ""
