"""The content of the pages of an import: counts per table and verdict, one page of rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.models import User
from organizations.imports import columns
from organizations.imports.verdicts import JudgedRow, Judgement, RowVerdict
from organizations.journal import ImportRun

PAGE_SIZE = 100
# So many groups of hidden rows are named.
MOST_SPANS = 20
# Errors first, then rows that change something.
ORDER = (RowVerdict.REFUSED, RowVerdict.CHANGED, RowVerdict.NEW, RowVerdict.SAME)
KINDS = {
    RowVerdict.REFUSED: "over",
    RowVerdict.CHANGED: "soon",
    RowVerdict.NEW: "ok",
    RowVerdict.SAME: "muted",
}


@dataclass(frozen=True)
class VerdictTab:
    """The rows of one verdict, of both tables."""

    name: str
    label: str
    count: int


@dataclass(frozen=True)
class FileRow:
    """One row of the file with its verdict."""

    table: str
    line: int
    key: str
    name: str
    verdict: str
    kind: str
    says: list[str]


@dataclass(frozen=True)
class ShownImport:
    """A trial, or a finished import."""

    tables: list[str]
    # For each table its name, and the number of rows by verdict.
    counts: list[tuple[str, list[int]]]
    tabs: list[VerdictTab] = field(default_factory=list)
    chosen: str = ""
    lines: list[FileRow] = field(default_factory=list)
    number: int = 1
    has_more: bool = False
    digest: str = ""
    to_write: int = 0
    left_out: int = 0
    # What Excel does not show: for each table its rows, and its columns, as text.
    hidden_rows: list[tuple[str, str]] = field(default_factory=list)
    hidden_columns: list[tuple[str, str]] = field(default_factory=list)


def runs_of(user: User) -> QuerySet[ImportRun]:
    """Return the imports of this user, the newest first; other users cannot see them."""
    runs: QuerySet[ImportRun] = ImportRun.objects.filter(made_by=user)
    return runs


def shown(
    run: ImportRun, judgement: Judgement | None = None, query: Mapping[str, str] | None = None
) -> ShownImport:
    """Return the content of the page: of a trial, or without a judgement of what was imported."""
    counts = judgement.counts if judgement else run.counts
    tables = [str(columns.TABLE_LABELS[table]) for table in counts]
    by_verdict = [
        (str(verdict.label), [told.get(verdict.value, 0) for told in counts.values()])
        for verdict in ORDER
    ]
    if judgement is None:
        left_out = [_left_out(*row) for row in run.left_out]
        refused = sum(told.get(RowVerdict.REFUSED.value, 0) for told in counts.values())
        return ShownImport(tables, by_verdict, lines=left_out, left_out=refused)
    query = query or {}
    tabs = [
        VerdictTab(
            verdict.value, str(verdict.label), sum(row.verdict == verdict for row in judgement.rows)
        )
        for verdict in ORDER
    ]
    filled = [tab.name for tab in tabs if tab.count]
    chosen = query.get("show", "")
    if chosen not in RowVerdict.values:
        chosen = filled[0] if filled else RowVerdict.NEW.value
    rows = [row for row in judgement.rows if row.verdict == chosen]
    number = _page_number(query.get("page", ""))
    start = (number - 1) * PAGE_SIZE
    return ShownImport(
        tables,
        by_verdict,
        tabs,
        chosen,
        [_line(row) for row in rows[start : start + PAGE_SIZE]],
        number,
        len(rows) > start + PAGE_SIZE,
        judgement.digest,
        judgement.to_write,
        judgement.left_out,
        _hidden_rows(judgement),
        [
            (str(columns.TABLE_LABELS[table]), ", ".join(columns.titles_of(table, fields)))
            for table, fields in judgement.hidden_columns.items()
        ],
    )


def _hidden_rows(judgement: Judgement) -> list[tuple[str, str]]:
    """Return for each table its hidden rows, neighbours together: ("Staff", "3, 5–9")."""
    found = []
    for table, label in columns.TABLE_LABELS.items():
        lines = sorted(row.line for row in judgement.hidden if row.table == table)
        if lines:
            spans = _spans(lines)
            more = ["…"] if len(spans) > MOST_SPANS else []
            found.append((str(label), ", ".join([*spans[:MOST_SPANS], *more])))
    return found


def _spans(lines: list[int]) -> list[str]:
    starts = [at for at, line in enumerate(lines) if at == 0 or line != lines[at - 1] + 1]
    ends = [*(start - 1 for start in starts[1:]), len(lines) - 1]
    return [
        str(lines[first]) if first == last else f"{lines[first]}–{lines[last]}"
        for first, last in zip(starts, ends, strict=True)
    ]


def _line(row: JudgedRow) -> FileRow:
    table = str(columns.TABLE_LABELS[row.table])
    kind = KINDS[row.verdict]
    return FileRow(table, row.line, row.key, row.name, str(row.verdict.label), kind, row.says)


def _left_out(table: str, line: int, key: str, name: str, says: list[str]) -> FileRow:
    refused = RowVerdict.REFUSED
    label = str(columns.TABLE_LABELS[table])
    return FileRow(label, line, key, name, str(refused.label), KINDS[refused], says)


def _page_number(typed: str) -> int:
    digits = typed[:6]
    return max(int(digits), 1) if digits.isascii() and digits.isdigit() else 1
