"""The overdue report in words, links, bars and columns: what pages and the CSV print of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.reports import Report, Row
from organizations.models import Organization
from vaxreg import charts, ui
from vaxreg.spreadsheets import Cell

# Bars beyond these are left to the table below them.
MOST_BARS = 20


@dataclass(frozen=True)
class Figure:
    """A number with its meaning and the list behind it."""

    value: str
    label: str
    note: str = ""
    kind: str = ""
    href: str = ""


@dataclass(frozen=True)
class Line:
    """One row of the table, with the address of the list behind each number."""

    row: Row
    url: str
    lists: dict[str, str]
    ages: list[tuple[str, int]]
    oldest_received: datetime | None
    done: str


def headline(report: Report) -> str:
    """Return the report in one sentence: how much is late, where, and who has most of it."""
    late = report.late_rows
    if "queue" in report.failed:
        return _("What is overdue could not be counted just now.")
    if not late:
        return _("Nothing is overdue.")
    values = {
        "cases": ui.number(report.queue.overdue),
        "places": ui.number(len(late)),
        "worst": late[0].organization.label,
        "most": ui.number(late[0].queue.overdue),
    }
    if len(late) == 1:
        return (
            ngettext(
                "%(cases)s proposal is overdue, at %(worst)s.",
                "%(cases)s proposals are overdue, all at %(worst)s.",
                report.queue.overdue,
            )
            % values
        )
    return (
        _(
            "%(cases)s proposals are overdue at %(places)s organizations;"
            " %(worst)s has %(most)s of them."
        )
        % values
    )


def figures(report: Report, address: Callable[[str], str]) -> list[Figure]:
    """Return the four figures; address gives the list behind each, by its name in LISTINGS."""
    queue, decided = report.queue, report.decided
    open_known, decided_known = "queue" not in report.failed, "decided" not in report.failed
    share = report.share_in_time if decided_known and "missed" not in report.failed else None
    hours = decided.median_hours
    unknown = _("Could not be computed just now.")
    return [
        Figure(
            ui.number(queue.overdue) if open_known else "–",
            _("overdue"),
            "" if open_known else unknown,
            ("over" if queue.overdue else "ok") if open_known else "",
            address("overdue") if open_known else "",
        ),
        Figure(
            ui.number(queue.soon) if open_known else "–",
            _("due within 12 hours"),
            "" if open_known else unknown,
            "soon" if queue.soon else "",
            address("soon") if open_known else "",
        ),
        Figure(
            "–" if hours is None else _("%(number)s h") % {"number": ui.number(hours, 1)},
            _("median time to a decision, last 7 days"),
            _decided_note(decided.decided) if decided_known else unknown,
            "",
            address("decided") if decided_known else "",
        ),
        Figure(
            "–" if share is None else ui.percent(share),
            _("answered in time, last 7 days"),
            _share_note(report) if decided_known and "missed" not in report.failed else unknown,
            "",
            address("in_time") if decided_known else "",
        ),
    ]


def _decided_note(decided: int) -> str:
    if not decided:
        return _("Nothing was decided in these days.")
    return ngettext(
        "%(cases)s proposal was decided", "%(cases)s proposals were decided", decided
    ) % {"cases": ui.number(decided)}


def _share_note(report: Report) -> str:
    due = report.decided.in_time + report.missed
    if not due:
        return _("No deadline fell into these days.")
    return ngettext("%(kept)s of %(due)s deadline", "%(kept)s of %(due)s deadlines", due) % {
        "kept": ui.number(report.decided.in_time),
        "due": ui.number(due),
    }


def case_list(under: Organization | None) -> Callable[[str], str]:
    """Return the addresses of the lists of a whole area, or of the part of it that is given."""

    def address(tab: str) -> str:
        query = {"tab": tab} | ({"under": str(under.public_id)} if under else {})
        return f"{reverse('oversight-cases')}?{urlencode(query)}"

    return address


def site_list(organization: Organization) -> Callable[[str], str]:
    """Return the addresses of the lists of one desk."""
    page = reverse("oversight-site", args=[organization.public_id])
    return lambda tab: f"{page}?tab={tab}#cases"


def table(report: Report, rows: list[Row]) -> list[Line]:
    """Return these rows with their links; a part of a province leads to a report of its own."""
    words = [age for _tone, age in ages()]
    return [
        Line(
            row=row,
            url=_page_of(row),
            lists={tab: _list_of(row)(tab) for tab in LINKED},
            ages=list(zip(words, _late(row), strict=True)),
            oldest_received=row.queue.oldest_received,
            done=done(row, report.at),
        )
        for row in rows
    ]


def missed_table(report: Report) -> list[Line]:
    """Return the rows that missed deadlines this week, those with most of them first."""
    missed = [row for row in report.rows if row.missed]
    return table(report, sorted(missed, key=lambda row: -row.missed)[:MOST_BARS])


LINKED = ("overdue", "soon", "open", "missed", "decided")


def _page_of(row: Row) -> str:
    if row.is_part:
        query = urlencode({"under": str(row.organization.public_id)})
        return f"{reverse('oversight')}?{query}"
    return reverse("oversight-site", args=[row.organization.public_id])


def _list_of(row: Row) -> Callable[[str], str]:
    return case_list(row.organization) if row.is_part else site_list(row.organization)


def done(row: Row, now: datetime) -> str:
    """Return what was done about the late cases of a row in the last day."""
    if row.reminded is None:
        return ""
    return ngettext(
        "Reminded %(when)s of %(cases)s proposal",
        "Reminded %(when)s of %(cases)s proposals",
        row.reminded.cases,
    ) % {"when": lately(row.reminded.last, now), "cases": ui.number(row.reminded.cases)}


def lately(moment: datetime, now: datetime) -> str:
    """Return a moment of the last day or two as people say it: today at 08:05."""
    values = {"time": ui.time(moment)}
    days = (timezone.localdate(now) - timezone.localdate(moment)).days
    if days == 0:
        return _("today at %(time)s") % values
    if days == 1:
        return _("yesterday at %(time)s") % values
    return ui.minute(moment)


def ages() -> tuple[tuple[str, str], ...]:
    """Return the shades of lateness: CSS tone and words, in the order of Queue's fields."""
    return (
        ("late-1", _("0–24 hours")),
        ("late-2", _("1–3 days")),
        ("late-3", _("over 3 days")),
    )


def bars(report: Report) -> list[charts.Bar]:
    """Return a bar for each row with something overdue, shaded by how late it is."""
    rows = report.late_rows[:MOST_BARS]
    drawn = charts.bars(
        [
            (
                row.organization.label,
                [
                    (tone, words, late)
                    for (tone, words), late in zip(ages(), _late(row), strict=True)
                ],
                _list_of(row)("overdue"),
            )
            for row in rows
        ]
    )
    return [replace(bar, note=_ages_of(row)) for bar, row in zip(drawn, rows, strict=True)]


def _late(row: Row) -> tuple[int, int, int]:
    return row.queue.late_a_day, row.queue.late_three_days, row.queue.late_longer


def _ages_of(row: Row) -> str:
    return " · ".join(
        f"{words}: {ui.number(late)}"
        for (_tone, words), late in zip(ages(), _late(row), strict=True)
        if late
    )


def csv_header() -> list[str]:
    """Return the column titles of the export, in the order of csv_rows."""
    return [
        _("Code"),
        _("Organization"),
        _("Open"),
        _("Due within 12 hours"),
        _("Overdue"),
        *(_("Overdue: %(age)s") % {"age": words} for _tone, words in ages()),
        _("Earliest deadline of the open ones"),
        _("Decided in the last 7 days"),
        _("Median hours to a decision, last 7 days"),
        _("Answered in time, last 7 days"),
        _("Deadline missed, last 7 days"),
        _("Reminded in the last 24 hours"),
    ]


def csv_rows(report: Report) -> Iterator[list[Cell]]:
    """Yield one row per row of the report, the same numbers in the same order."""
    for row in report.rows:
        yield [
            row.organization.code,
            row.organization.name,
            row.queue.open,
            row.queue.soon,
            row.queue.overdue,
            *_late(row),
            row.queue.oldest_due,
            row.decided.decided,
            row.decided.median_hours,
            row.decided.in_time,
            row.missed,
            row.reminded.cases if row.reminded else 0,
        ]
