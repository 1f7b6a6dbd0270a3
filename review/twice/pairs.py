"""Which pairs of doses a user sees, how many wait, and whether one person must be made of two first."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from citizens.models import RecordVisit
from doses.models import Dose
from matching.models import MatchPair
from organizations.models import Membership, Organization
from organizations.queries import held_roles, with_predecessors
from review.duplicates.pairs import desks_of
from review.models import DosePair
from vaxreg import db_time, paging
from vaxreg.paging import Key, Page

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25
# So long a decision stands in the list, to be taken back.
DECIDED_SHOWN = timedelta(days=30)
# More are not counted: nobody reads further, and the number stands on a page that is loaded often.
MOST_COUNTED = 1000
# More than a district has.
MANY_DESKS = 100
State = DosePair.State
Roles = Membership.Role
Ground = RecordVisit.Ground
WITH_DOSES = ("citizen", "one_site", "other_site", "one__vaccine", "other__vaccine")


def visible_to(user: "User") -> QuerySet[DosePair]:
    """Return the pairs of which one dose was given within the user's reach."""
    return _in_reach(user, DosePair.objects.all())


def waiting_for(user: "User", *, unsure: bool) -> QuerySet[DosePair]:
    """Return the pairs to decide. unsure: those that somebody left to the health district."""
    return _in_reach(user, DosePair.objects.filter(state=State.OPEN, unsure_at__isnull=not unsure))


def count(user: "User") -> int:
    """Return how many pairs wait within the user's reach, MOST_COUNTED at most."""
    return _in_reach(user, DosePair.objects.filter(state=State.OPEN))[:MOST_COUNTED].count()


def page(rows: QuerySet[DosePair], where: Mapping[str, str]) -> Page[DosePair]:
    """Return up to 25 of these pairs, the nearest first."""
    return paging.page(
        rows.select_related(*WITH_DOSES),
        ("days", "pk"),
        where,
        size=PAGE_SIZE,
        key_of=_key_of,
        mark_of=lambda pair: f"{pair.days}.{pair.pk}",
    )


def decided(user: "User") -> list[DosePair]:
    """Return what people decided in the last 30 days within the user's reach, the newest first."""
    since = db_time.now() - DECIDED_SHOWN
    rows = visible_to(user).exclude(state=State.OPEN).filter(state_at__gt=since)
    rows = rows.exclude(decided_by=None).select_related("decided_by", *WITH_DOSES)
    return list(rows.order_by("-state_at", "-pk")[:PAGE_SIZE])


def people_first(citizens: Collection[int]) -> dict[int, MatchPair]:
    """Return for these people (ids of kept records) the open pair of records, where there is one.

    Two records that may be one person's are decided first: their doses are the same person's then,
    or were given to two people.
    """
    rows = MatchPair.objects.filter(
        Q(one__in=citizens) | Q(other__in=citizens),
        decision=MatchPair.Decision.OPEN,
        one__merged_into=None,
        other__merged_into=None,
    )
    found: dict[int, MatchPair] = {}
    for row in rows.order_by("-weight", "-pk"):
        for key in {row.one_id, row.other_id}.intersection(citizens):
            found.setdefault(key, row)
    return found


def on_both_records(pair: MatchPair) -> list[tuple[Dose, Dose]]:
    """Return the doses of one product and day that stand on both of two records."""
    doses = Dose.objects.completed().select_related("vaccine", "organization")
    here = doses.filter(citizen=pair.one_id).order_by("given_on", "pk")
    there = {(one.vaccine_id, one.given_on): one for one in doses.filter(citizen=pair.other_id)}
    return [
        (one, there[one.vaccine_id, one.given_on])
        for one in here
        if (one.vaccine_id, one.given_on) in there
    ]


def ground_of(user: "User", pair: DosePair) -> str:
    """Return on what ground the user looks at a pair, as for two records (review/duplicates)."""
    old = pair.state != State.OPEN and pair.state_at < db_time.now() - DECIDED_SHOWN
    if old:
        return Ground.DESK if pair.decided_by_id == user.pk else Ground.OLD
    work = held_roles(user).in_roles([Roles.REVIEWER, Roles.LEAD, Roles.OFFICER])
    desks = with_predecessors([one.organization for one in work])
    given = desks.filter(pk__in=[pair.one_site_id, pair.other_site_id])
    return Ground.DESK if given.exists() else Ground.BELOW


def desk_above(user: "User", site: Organization) -> Organization | None:
    """Return for which organization the user oversees a site as a health officer; None if not."""
    work = held_roles(user).in_roles([Roles.OFFICER])
    above = [one.organization for one in work if site.path.startswith(one.organization.path)]
    return max(above, key=lambda one: len(one.path), default=None)


def _in_reach(user: "User", rows: QuerySet[DosePair]) -> QuerySet[DosePair]:
    """Return those of these pairs that have a dose within the user's reach.

    For few desks these are two questions, each answered from its own index; one with "or" would
    read every open pair. For many desks most pairs are theirs, and the first ones are read in order.
    """
    reached = list(desks_of(user))
    desks = with_predecessors(reached).order_by().values("pk")
    if len(reached) > MANY_DESKS:
        return rows.filter(Q(one_site__in=desks) | Q(other_site__in=desks))
    found = rows.order_by().values("pk")
    mine = found.filter(one_site__in=desks).union(found.filter(other_site__in=desks))
    return rows.filter(pk__in=mine)


def _key_of(mark: str) -> Key | None:
    days, _dot, pk = mark.partition(".")
    is_key = all(one.isascii() and one.isdecimal() and len(one) < 10 for one in (days, pk))
    return (int(days), int(pk)) if is_key else None
