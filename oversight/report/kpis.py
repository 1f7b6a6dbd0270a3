"""The four figures on top of a report, each with its change and a link to its case list."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oversight.report import words
from reporting.report import Report
from vaxreg import ui


@dataclass(frozen=True)
class Kpi:
    """A figure: its name, the counts behind it, its change, and the URL of its list."""

    value: str
    label: str
    note: str = ""
    change: str = ""
    kind: str = ""
    href: str = ""


def figures(report: Report, address: Callable[[str], str]) -> list[Kpi]:
    """Return the four figures; address: from a key of case_lists.LISTINGS to the list's URL."""
    return [
        _overdue(report, address),
        _soon(report, address),
        _median(report, address),
        _share(report, address),
    ]


def _unknown(label: str) -> Kpi:
    return Kpi("–", label, _("Could not be computed just now."))


def _overdue(report: Report, address: Callable[[str], str]) -> Kpi:
    label, total = _("overdue"), report.total
    if "queue" in report.failed:
        return _unknown(label)
    return Kpi(
        ui.number(total.queue.overdue),
        label,
        change=words.than_a_week_ago(total.queue.overdue, total.overdue_before),
        kind="over" if total.queue.overdue else "ok",
        href=address("overdue"),
    )


def _soon(report: Report, address: Callable[[str], str]) -> Kpi:
    label, total = _("due within 12 hours"), report.total
    if "queue" in report.failed:
        return _unknown(label)
    return Kpi(
        ui.number(total.queue.soon),
        label,
        change=words.than_a_week_ago(total.queue.soon, total.soon_before),
        kind="soon" if total.queue.soon else "",
        href=address("soon"),
    )


def _median(report: Report, address: Callable[[str], str]) -> Kpi:
    days, figures, before = report.filters.days, report.total.figures, report.total.before
    label = _("median time to a decision, last %(days)s days") % {"days": days}
    if "figures" in report.failed:
        return _unknown(label)
    hours = figures.median_hours
    return Kpi(
        "–" if hours is None else _("%(number)s h") % {"number": ui.number(hours, 1)},
        label,
        _decided(figures.decided),
        words.hours_against(hours, before.median_hours, days),
        href=address("decided") if figures.decided else "",
    )


def _share(report: Report, address: Callable[[str], str]) -> Kpi:
    days, figures, before = report.filters.days, report.total.figures, report.total.before
    label = _("answered in time, last %(days)s days") % {"days": days}
    if "figures" in report.failed:
        return _unknown(label)
    share = figures.share_in_time
    return Kpi(
        "–" if share is None else ui.percent(share),
        label,
        _kept(figures.in_time, figures.due),
        words.share_against(share, before.share_in_time, days),
        href=address("in_time") if figures.in_time else "",
    )


def _decided(decided: int) -> str:
    if not decided:
        return _("Nothing was decided in these days.")
    return ngettext("%(cases)s case was decided", "%(cases)s cases were decided", decided) % {
        "cases": ui.number(decided)
    }


def _kept(in_time: int, due: int) -> str:
    if not due:
        return _("No deadline fell into these days.")
    return ngettext("%(kept)s of %(due)s deadline", "%(kept)s of %(due)s deadlines", due) % {
        "kept": ui.number(in_time),
        "due": ui.number(due),
    }
