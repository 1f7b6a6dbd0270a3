"""Which pairs of records a user decides, and what the page shows of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from citizens.documents import documents_of
from citizens.masking import mask_phone
from citizens.models import Citizen, IdentityDocument, RecordVisit
from citizens.visits import log_once_a_day
from corrections.models import Correction, Evidence
from corrections.photos import evidence
from doses.models import Dose
from matching.models import MatchPair
from matching.words import Evidence as Reasons
from matching.words import evidence as reasons_of
from organizations.models import Membership, Organization
from organizations.queries import held_roles, with_predecessors
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25
# So long a decision stands in the list, to be taken back.
DECIDED_SHOWN = timedelta(days=30)
MOST_DECIDED = 25
MOST_PHOTOS = 6
Roles = Membership.Role
Ground = RecordVisit.Ground


@dataclass(frozen=True)
class Side:
    """One of the two records, as the page shows it."""

    citizen: Citizen
    documents: list[IdentityDocument]
    phone: str
    doses: list[Dose]
    photos: list[Evidence]
    corrections: int


def desks_of(user: "User") -> QuerySet[Organization]:
    """Return the organizations whose pairs the user decides: of reviewers, leads and officers."""
    roles = (Roles.REVIEWER, Roles.LEAD, Roles.OFFICER)
    return Organization.objects.within_reach(user, *roles)


def pairs_of(user: "User") -> QuerySet[MatchPair]:
    """Return the pairs of which one record has a dose given within the user's reach."""
    desks = with_predecessors(desks_of(user)).order_by().values("pk")
    dose = Dose.objects.filter(organization__in=desks)
    given = Exists(dose.filter(citizen=OuterRef("one"))) | Exists(
        dose.filter(citizen=OuterRef("other"))
    )
    return MatchPair.objects.filter(given).select_related("one", "other")


def open_pairs(user: "User") -> list[MatchPair]:
    """Return the first pairs to decide: the surest first, those that somebody left for last."""
    waiting = pairs_of(user).filter(decision=MatchPair.Decision.OPEN)
    # A record that has become a part of another one meanwhile is found anew by the next run.
    waiting = waiting.filter(one__merged_into=None, other__merged_into=None)
    return list(waiting.order_by(F("unsure_at").asc(nulls_first=True), "-weight", "pk")[:PAGE_SIZE])


def decided_pairs(user: "User", since: object) -> list[MatchPair]:
    """Return what was decided since a moment within the user's reach, the newest first."""
    decided = pairs_of(user).filter(~Q(decision=MatchPair.Decision.OPEN), decided_at__gt=since)
    return list(decided.select_related("decided_by").order_by("-decided_at")[:MOST_DECIDED])


def reasons(pair: MatchPair) -> Reasons:
    """Return in the reader's language what speaks for one person, and what against."""
    return reasons_of(pair.evidence)


def sides(pair: MatchPair, user: "User") -> Sequence[Side]:
    """Return both records, and log that the user has seen them: once a day for each pair.

    Raises gate.CannotLook outside of the user's cases.
    """
    log_once_a_day(
        user,
        (pair.one_id, pair.other_id),
        RecordVisit.Why.REVIEW,
        organization=desks_of(user).order_by("path").first(),
        ground=ground_of(user, pair),
        seen=RecordVisit.Seen.PAIR,
        reference=str(pair.pk),
    )
    shown = evidence.seen_by(user, as_staff=True)
    found = []
    for citizen in (pair.one, pair.other):
        photos = shown.filter(filing__corrections__citizen=citizen).distinct().order_by("-pk")
        doses = Dose.objects.filter(citizen=citizen).shown_to_citizen()
        found.append(
            Side(
                citizen=citizen,
                documents=[one for one in documents_of(citizen) if one.citizen_id == citizen.pk],
                phone=mask_phone(citizen.phone),
                doses=list(doses),
                photos=list(photos[:MOST_PHOTOS]),
                corrections=Correction.objects.filter(citizen=citizen).count(),
            )
        )
    return found


def ground_of(user: "User", pair: MatchPair) -> str:
    """Return on what ground the user looks at a pair.

    It lies on the desk that gave one of the doses, until 30 days after the decision. Health officers
    may decide the pairs of sites beneath them as well, but those wait for the site.
    """
    if pair.decided_at is not None and pair.decided_at < db_time.now() - DECIDED_SHOWN:
        return Ground.DESK if pair.decided_by_id == user.pk else Ground.OLD
    work = held_roles(user).in_roles([Roles.REVIEWER, Roles.LEAD, Roles.OFFICER])
    desks = with_predecessors([one.organization for one in work]).order_by().values("pk")
    given = Dose.objects.filter(citizen__in=[pair.one_id, pair.other_id], organization__in=desks)
    return Ground.DESK if given.exists() else Ground.BELOW


def to_keep(both: Sequence[Side]) -> Citizen:
    """Return which record to keep, if nothing else is chosen: the proven one with more doses."""
    return max(both, key=_standing).citizen


def _standing(side: Side) -> tuple[bool, int, int]:
    proven = any(one.is_proven for one in side.documents)
    return proven, len(side.doses), -side.citizen.pk
