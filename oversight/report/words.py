"""Sentences of the report: headline, what officers did, comparisons with earlier figures."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oversight.report.address import organization_of
from oversight.report.officer_actions import lately
from reporting.report import Report, ReportRow
from vaxreg import ui


def headline(report: Report) -> str:
    """Return the report as one sentence: how many are overdue, where, and who has most of them."""
    if "queue" in report.failed:
        return _("What is overdue could not be counted just now.")
    late = report.late_rows
    if not late:
        return _("Nothing is overdue.")
    overdue = report.total.queue.overdue
    values = {
        "cases": ui.number(overdue),
        "places": ui.number(len(late)),
        "worst": organization_of(late[0]).label,
        "most": ui.number(late[0].queue.overdue),
    }
    if len(late) == 1:
        return (
            ngettext(
                "%(cases)s case is overdue, at %(worst)s.",
                "%(cases)s cases are overdue, all at %(worst)s.",
                overdue,
            )
            % values
        )
    return (
        _(
            "%(cases)s cases are overdue at %(places)s organizations; %(worst)s has %(most)s of "
            "them."
        )
        % values
    )


def recently_reminded(row: ReportRow, now: datetime) -> str:
    """Return what was done about the overdue cases of a row in the last 24 hours."""
    if row.reminded is None:
        return ""
    return ngettext(
        "Reminded %(when)s of %(cases)s case",
        "Reminded %(when)s of %(cases)s cases",
        row.reminded.cases,
    ) % {"when": lately(row.reminded.last, now), "cases": ui.number(row.reminded.cases)}


def ages() -> tuple[tuple[str, str], ...]:
    """Return the groups of lateness as (CSS tone, text), in the order of late()."""
    return (
        ("late-1", _("0–24 hours")),
        ("late-2", _("1–3 days")),
        ("late-3", _("over 3 days")),
    )


def late(row: ReportRow) -> tuple[int, int, int]:
    """Return how many cases are overdue by up to 24 hours, up to 72 hours, and longer."""
    return row.queue.late_a_day, row.queue.late_three_days, row.queue.late_longer


def weekdays() -> list[tuple[str, str]]:
    """Return (short, full) names of the days of the week, Monday first."""
    return [
        (_("Mon"), _("Monday")),
        (_("Tue"), _("Tuesday")),
        (_("Wed"), _("Wednesday")),
        (_("Thu"), _("Thursday")),
        (_("Fri"), _("Friday")),
        (_("Sat"), _("Saturday")),
        (_("Sun"), _("Sunday")),
    ]


def than_a_week_ago(now: int, before: int | None) -> str:
    """Return the difference from the number at the midnight a week ago, as text."""
    if before is None:
        return _("No figure for a week ago.")
    if now == before:
        return _("As many as a week ago.")
    more = now - before
    words = (
        _("%(number)s more than a week ago.")
        if more > 0
        else _("%(number)s fewer than a week ago.")
    )
    return words % {"number": ui.number(abs(more))}


def than_before(days: int) -> str:
    """Return the name of the period to compare with: the one of the same length before it."""
    if days == 7:
        return _("the week before")
    return _("the %(days)s days before") % {"days": days}


def hours_against(now: float | None, before: float | None, days: int) -> str:
    """Return the change in hours from the period before, as text."""
    values = {"before": than_before(days)}
    if now is None or before is None:
        return _("No figure for %(before)s.") % values
    change = round(now - before, 1)
    if not change:
        return _("As fast as %(before)s.") % values
    words = (
        _("%(hours)s hours slower than %(before)s.")
        if change > 0
        else _("%(hours)s hours faster than %(before)s.")
    )
    return words % {**values, "hours": ui.number(abs(change), 1)}


def share_against(now: float | None, before: float | None, days: int) -> str:
    """Return the change in percentage points from the period before, of both shares as shown."""
    values = {"before": than_before(days)}
    if now is None or before is None:
        return _("No figure for %(before)s.") % values
    change = round(now * 100) - round(before * 100)
    if not change:
        return _("The same as %(before)s.") % values
    words = (
        _("%(points)s points better than %(before)s.")
        if change > 0
        else _("%(points)s points worse than %(before)s.")
    )
    return words % {**values, "points": ui.number(abs(change))}


def counted(part: int, base: int) -> str:
    """Return the counts of a share: 912 of 1,034."""
    return _("%(part)s of %(base)s") % {"part": ui.number(part), "base": ui.number(base)}
