"""What the pages of a site show of its sums: faults, months, days, and how far it is by a deadline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from organizations.models import Organization
from organizations.queries import with_predecessors
from recording.access import sites_of
from recording.models import Deadline, SiteDay, SiteProgress
from recording.site_days import fold
from recording.site_days.issues import LABELS, MEANINGS, Issue
from recording.site_days.models import SiteDayQuerySet
from vaxreg import paging
from vaxreg.paging import Key, Page

if TYPE_CHECKING:
    from accounts.models import User

# Months of the table of measures, days of one page, and days named on the dashboard.
MOST_MONTHS = 12
PAGE_SIZE = 60
MOST_BEHIND = 5


@dataclass(frozen=True)
class Site:
    """A site of the user with its closed predecessors; others: the user's other sites."""

    organization: Organization
    ids: list[int]
    others: list[Organization]


@dataclass(frozen=True)
class IssueCount:
    """A fault, how many doses of the site have it, and what it means."""

    issue: Issue
    label: str
    meaning: str
    doses: int


@dataclass(frozen=True)
class Month:
    """Shares of the doses that were given in one month, each between 0 and 1."""

    month: date
    doses: int
    completeness: float
    same_day: float
    within_week: float
    validity: float
    verified: float


@dataclass(frozen=True)
class Behind:
    """Days on which doses are missing: how many days, how many doses, and the newest few days."""

    days: int
    doses: int
    newest: list[SiteDay]


@dataclass(frozen=True)
class DeadlineProgress:
    """How far the site is with one deadline that binds it."""

    deadline: Deadline
    given: int
    covered: int
    entered: int

    @property
    def missing(self) -> int:
        return self.given - self.covered


def site_of(user: "User", wanted: str) -> Site:
    """Return the user's site with this public id, or the first one.

    Raises PermissionDenied for somebody of no site.
    """
    sites = list(sites_of(user))
    if not sites:
        raise PermissionDenied(
            _("Only the staff of a vaccination site record doses. Ask its lead to enter you.")
        )
    chosen = next((site for site in sites if str(site.public_id) == wanted), sites[0])
    ids = list(with_predecessors([chosen]).order_by().values_list("pk", flat=True))
    return Site(chosen, ids, [site for site in sites if site != chosen])


def days_of(user: "User", site: Site) -> SiteDayQuerySet:
    """Return the days of one site of the user."""
    # The ids beside the access rule: then the rows come from the index.
    return SiteDay.objects.visible_to(user).filter(organization__in=site.ids)


def issue_counts(days: SiteDayQuerySet) -> list[IssueCount]:
    """Return every fault with its number of doses, those that some have first."""
    sums = days.order_by().aggregate(**{issue.value: Sum(issue.value) for issue in Issue})
    found = [
        IssueCount(issue, str(LABELS[issue]), str(MEANINGS[issue]), sums[issue.value] or 0)
        for issue in Issue
    ]
    return sorted(found, key=lambda one: not one.doses)


def months(days: SiteDayQuerySet) -> list[Month]:
    """Return the measures of the newest months in which doses were given that are entered."""
    names = ("entered", "complete", "same_day", "within_week", "valid", "verified")
    sums = (
        days.filter(entered__gt=0)
        .annotate(month=TruncMonth("day"))
        .order_by("-month")
        .values("month")
        .annotate(**{f"of_{name}": Sum(name) for name in names})
    )
    return [_month(row) for row in sums[:MOST_MONTHS]]


def behind(days: SiteDayQuerySet) -> Behind:
    """Return where doses are missing that the site says it gave."""
    rows = days.behind()
    sums = rows.order_by().aggregate(doses=Sum(F("given") - F("entered")))
    newest = rows.order_by("-day", "-pk")[:MOST_BEHIND]
    return Behind(rows.count(), sums["doses"] or 0, list(newest.select_related("organization")))


def deadlines(site: Site) -> list[DeadlineProgress]:
    """Return the deadlines that bind the site, with how far it is; the latest first."""
    above = Q(binds__in=[*site.organization.ancestor_ids, site.organization.pk])
    found = []
    for deadline in Deadline.objects.in_force().filter(above):
        sums = SiteProgress.objects.filter(deadline=deadline, organization__in=site.ids).aggregate(
            given=Sum("given"), covered=Sum("covered"), entered=Sum("entered")
        )
        known = {name: number or 0 for name, number in sums.items()}
        found.append(DeadlineProgress(deadline, **known))
    return found


def is_counting(site: Site) -> bool:
    """Whether changes are still to be counted: the sums may be a minute old."""
    return fold.waits(site.ids)


def days_page(days: SiteDayQuerySet, where: Mapping[str, str]) -> Page[SiteDay]:
    """Return a page of the days, the newest first."""
    return paging.page(
        days.select_related("organization"),
        ("-day", "-pk"),
        where,
        size=PAGE_SIZE,
        key_of=key_of,
        mark_of=lambda row: mark(row.day, row.pk),
    )


def mark(day: date, pk: int) -> str:
    """Return the mark of a row that stands at a day."""
    return f"{day.isoformat()}.{pk}"


def key_of(text: str) -> Key | None:
    """Return the day and the id of a mark; None for anything else."""
    day, _dot, pk = text.partition(".")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None


def _month(row: Mapping[str, Any]) -> Month:
    doses: int = row["of_entered"]
    return Month(
        row["month"],
        doses,
        row["of_complete"] / doses,
        row["of_same_day"] / doses,
        row["of_within_week"] / doses,
        row["of_valid"] / doses,
        row["of_verified"] / doses,
    )
