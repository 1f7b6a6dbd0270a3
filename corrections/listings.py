"""The cases behind each figure of the reports: as many rows as the number said, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corrections import access, facts, paging, reports
from corrections.models import Correction, CorrectionQuerySet
from corrections.reports import Report
from corrections.scope import Scope
from vaxreg import clock

if TYPE_CHECKING:
    from accounts.models import User

PAGE = 25


@dataclass(frozen=True)
class Listing:
    """One list: its name on the tab, its cases, the column it is read by, and the figure it backs."""

    label: Promise
    cases: Callable[[Scope, datetime], CorrectionQuerySet]
    by: str
    count: Callable[[Report], int]
    section: str
    is_bad: bool = False
    newest_first: bool = False


def _overdue(scope: Scope, now: datetime) -> CorrectionQuerySet:
    return Correction.objects.overdue().filter(scope.holders())


def _soon(scope: Scope, now: datetime) -> CorrectionQuerySet:
    return Correction.objects.due_soon().filter(scope.holders())


def _open(scope: Scope, now: datetime) -> CorrectionQuerySet:
    return Correction.objects.open().filter(scope.holders())


def _missed(scope: Scope, now: datetime) -> CorrectionQuerySet:
    written = reports.breaches(scope, now).order_by().values("correction")
    unwritten = reports.missed_unwritten(scope, now).values("pk")
    return Correction.objects.filter(pk__in=written.union(unwritten, all=True))


def _in_time(scope: Scope, now: datetime) -> CorrectionQuerySet:
    return reports.decided_lately(scope, now).filter(reports.in_time(now))


def _decided(scope: Scope, now: datetime) -> CorrectionQuerySet:
    return reports.decided_lately(scope, now).filter(decided_at__gt=now - reports.WEEK)


LISTINGS: dict[str, Listing] = {
    "overdue": Listing(
        _("Overdue"), _overdue, "due_at", attrgetter("queue.overdue"), "queue", is_bad=True
    ),
    "soon": Listing(_("Due within 12 hours"), _soon, "due_at", attrgetter("queue.soon"), "queue"),
    "open": Listing(_("All open"), _open, "due_at", attrgetter("queue.open"), "queue"),
    "missed": Listing(
        _("Deadline missed, last 7 days"), _missed, "due_at", attrgetter("missed"), "missed"
    ),
    "in_time": Listing(
        _("Answered in time, last 7 days"),
        _in_time,
        "decided_at",
        attrgetter("decided.in_time"),
        "decided",
        newest_first=True,
    ),
    "decided": Listing(
        _("Decided in the last 7 days"),
        _decided,
        "decided_at",
        attrgetter("decided.decided"),
        "decided",
        newest_first=True,
    ),
}


@dataclass(frozen=True)
class Line:
    """One case in a list. may_open is False when it has left the officer's reach since."""

    case: Correction
    headline: str
    may_open: bool
    reminded_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Some lines of a list, and where the next ones begin."""

    lines: list[Line]
    after: str = ""
    is_first: bool = True


def page(listing: Listing, scope: Scope, user: "User", after: str = "") -> Page:
    """Return the lines that follow `after`; a mark that nobody of us made starts from the top."""
    now = clock.now()
    found = paging.page(
        listing.cases(scope, now).select_related("citizen", "holder"),
        {"after": after},
        by=listing.by,
        size=PAGE,
        newest_first=listing.newest_first,
    )
    shown = found.cases
    keys = [case.pk for case in shown]
    visible = set(
        Correction.objects.filter(access.overseen_by(user), pk__in=keys).values_list(
            "pk", flat=True
        )
    )
    reminded = dict(
        reports.reminders(now)
        .filter(correction__in=keys)
        .order_by()
        .values_list("correction")
        .annotate(last=Max("at"))
    )
    lines = [
        Line(case, facts.headline(case), case.pk in visible, reminded.get(case.pk))
        for case in shown
    ]
    return Page(lines, found.after, found.is_first)
