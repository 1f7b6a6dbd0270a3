"""The first page of a site: today's sessions, its cases, back entry, and the faults of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from doses.models import VaccinationSession
from organizations.models import Organization
from recording import sessions
from recording.access import sessions_of
from recording.models import DoseImport
from recording.sessions import SessionRow
from recording.site_days import reading
from recording.site_days.reading import Behind, DeadlineProgress, IssueCount, Month, Site
from review import queue
from review.queue import QueueTab
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

MOST_IMPORTS = 5
State = DoseImport.State
# Files that wait for the site, and files that a worker is at.
OPEN = (State.ASKED, State.CHECKED, *DoseImport.AT_WORK)


@dataclass(frozen=True)
class Cases:
    """Cases on the desk of the site: to be done, overdue, due soon."""

    to_do: int
    overdue: int
    soon: int


@dataclass(frozen=True)
class Dashboard:
    """Everything that the page shows. planned, given, entered: of today's sessions together."""

    site: Site
    today: Sequence[SessionRow]
    planned: int
    given: int
    entered: int
    cases: Cases
    imports: Sequence[DoseImport]
    behind: Behind
    deadlines: Sequence[DeadlineProgress]
    issues: Sequence[IssueCount]
    months: Sequence[Month]
    is_counting: bool


def dashboard(user: "User", wanted: str) -> Dashboard:
    """Return the dashboard of the user's site with this public id, or of the first one.

    Raises PermissionDenied for somebody of no site.
    """
    site = reading.site_of(user, wanted)
    days = reading.days_of(user, site)
    today = _sessions_of_today(user, site)
    return Dashboard(
        site=site,
        today=today,
        planned=sum(row.session.planned_doses or 0 for row in today),
        given=sum(row.session.given_doses or 0 for row in today),
        entered=sum(row.entered for row in today),
        cases=_cases(user, site.organization),
        imports=_imports(user, site),
        behind=reading.behind(days),
        deadlines=reading.deadlines(site),
        issues=reading.issue_counts(days),
        months=reading.months(days),
        is_counting=reading.is_counting(site),
    )


def _sessions_of_today(user: "User", site: Site) -> list[SessionRow]:
    held = sessions_of(user).filter(organization__in=site.ids, on=timezone.localdate(db_time.now()))
    shown = list(held.exclude(status=VaccinationSession.Status.CANCELLED).order_by("pk"))
    entered = sessions.entered_in(shown)
    return [SessionRow(one, entered.get(one.pk, 0)) for one in shown]


def _cases(user: "User", site: Organization) -> Cases:
    counts = queue.counts(queue.on_desks(user, [site]), user)
    return Cases(counts[QueueTab.OPEN], counts[QueueTab.OVERDUE], counts[QueueTab.SOON])


def _imports(user: "User", site: Site) -> list[DoseImport]:
    rows = DoseImport.objects.visible_to(user).filter(organization__in=site.ids, state__in=OPEN)
    return list(rows.order_by("-made_at")[:MOST_IMPORTS])
