"""Which organizations are silent, why, and since when.

An organization without anybody who decides is passed by (routing/desks.py); one that merely does not
answer is not, and nobody who waits is told so. Both are listed here until they answer again.

A site and a district are asked about live. For a province and the country a job keeps the same
answers in a table (Silence): there a page costs what it costs for a district.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    Count,
    Exists,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from accounts.models import ApiToken
from citizens.models import RecordVisit
from corrections.access import READING_ROLES
from corrections.clocks import lateness
from corrections.lifecycle import Status
from corrections.models import Breach, Correction, Heartbeat, Holding
from messaging.queries import unreachable_by_email
from organizations.models import Membership, MembershipQuerySet, Organization, OrganizationQuerySet
from organizations.scope import Scope
from oversight.models import Silence
from vaxreg import db_time

Reason = Silence.Reason

# A week, so that a station with nothing to do is not listed for a quiet weekend; somebody who has
# not looked in for longer than that would see no case before its 48 hours are over.
NO_SIGN_IN_FOR = timedelta(days=7)
# 48 hours and a day: whoever decided nothing in that time has let at least one deadline pass.
NO_DECISION_FOR = timedelta(days=3)
# Half of the 48 hours: by then the desk was reminded once (deadlines.MILESTONES).
UNREAD_FOR = timedelta(hours=24)
# An address that is repaired delivers the next e-mail; one that bounced longer ago may be in order.
BOUNCED_WITHIN = timedelta(days=7)
# The table is computed so often; older than this, the job stands still and the page says so.
REFRESHED_EVERY = timedelta(minutes=5)
STALE_AFTER = timedelta(minutes=30)
HEARTBEAT = "silence"
# Those with most cases on the desk first.
WORST_FIRST = ("-cases", "organization_id")


@dataclass(frozen=True)
class Flag:
    """One reason for which an organization is listed.

    since: the last sign of life, None if there never was one. cases: open ones on its desk.
    """

    organization_id: int
    reason: Reason
    since: datetime | None
    cases: int


@dataclass(frozen=True)
class Summary:
    """How many organizations are silent for each reason, and how many they are together."""

    at: datetime | None
    counts: dict[Reason, int] = field(default_factory=dict)
    organizations: int = 0

    def is_stale(self, now: datetime) -> bool:
        """Whether the job that counts has stood still for longer than it may."""
        return self.at is None or now - self.at > STALE_AFTER


def summary(scope: Scope, now: datetime) -> Summary:
    """Count the silent organizations of a scope, in a number of queries that is always the same."""
    if is_live(scope):
        found = find(within(scope), now)
        counts = {reason: sum(flag.reason == reason for flag in found) for reason in Reason}
        return Summary(now, counts, len({flag.organization_id for flag in found}))
    kept = kept_flags(scope).order_by()
    rows = kept.values_list("reason").annotate(count=Count("pk"))
    by_reason = dict.fromkeys(Reason, 0) | {Reason(name): count for name, count in rows}
    silent = kept.aggregate(number=Count("organization", distinct=True))["number"]
    return Summary(refreshed_at(), by_reason, silent)


def is_live(scope: Scope) -> bool:
    """Whether a scope is small enough to be asked about as it is now: a desk, or a district."""
    return not scope.is_high


def within(scope: Scope) -> Q:
    """The organizations of a scope, themselves."""
    inside = Q(pk__in=[])
    for top in scope.tops:
        inside |= Q(pk=top.pk) if scope.alone else Q(path__startswith=top.path)
    return inside


def kept_flags(scope: Scope) -> QuerySet[Silence]:
    """What the job found last within the scope."""
    inside = Q(pk__in=[])
    for top in scope.tops:
        inside |= Q(organization__path__startswith=top.path)
    return Silence.objects.filter(inside)


def refreshed_at() -> datetime | None:
    """When the table was computed last; None if it never was."""
    return Heartbeat.objects.filter(name=HEARTBEAT).values_list("at", flat=True).first()


@transaction.atomic
def refresh() -> int:
    """Compute the table anew for the whole country; return how many reasons are listed.

    Only what has changed is written; a reason that was known keeps when it was noticed.
    """
    now = db_time.now()
    found = {(flag.organization_id, flag.reason): flag for flag in find(Q(), now)}
    known = {(row.organization_id, Reason(row.reason)): row for row in Silence.objects.all()}
    Silence.objects.bulk_create(
        Silence(
            organization_id=flag.organization_id,
            reason=flag.reason,
            since=flag.since,
            cases=flag.cases,
            noticed_at=now,
        )
        for key, flag in found.items()
        if key not in known
    )
    changed = []
    for key, row in known.items():
        flag = found.get(key)
        if flag is not None and (flag.since, flag.cases) != (row.since, row.cases):
            row.since, row.cases = flag.since, flag.cases
            changed.append(row)
    Silence.objects.bulk_update(changed, ["since", "cases"], batch_size=1000)
    over = [row.pk for key, row in known.items() if key not in found]
    Silence.objects.filter(pk__in=over).delete()
    Heartbeat.objects.update_or_create(
        name=HEARTBEAT, defaults={"at": now, "did": {"reasons": len(found)}}
    )
    return len(found)


def find(inside: Q, now: datetime) -> list[Flag]:
    """Ask the database now, a question for each reason; inside: which organizations are asked of."""
    organizations = Organization.objects.filter(inside)
    able = Organization.objects.able_to_receive().filter(inside)
    return [
        *_flags(Reason.CLOSED, _closed(organizations)),
        *_flags(Reason.NO_REVIEWER, _no_reviewer(organizations, able, now)),
        *_flags(Reason.NO_DECISION, _no_decision(able, now)),
        *_flags(Reason.UNREAD, _unread(able, now)),
        *_flags(Reason.NO_SIGN_IN, _no_sign_in(able, now)),
        *_bouncing(inside, now),
    ]


def _flags(reason: Reason, organizations: QuerySet[Organization]) -> Iterator[Flag]:
    rows = organizations.order_by().annotate(cases=_open_cases("pk"))
    for pk, since, cases in rows.values_list("pk", "silent_since", "cases"):
        yield Flag(pk, reason, since, cases)


def _open_cases(holder: str) -> Coalesce:
    held = Correction.objects.open().filter(holder=OuterRef(holder)).order_by()
    counted = held.values("holder").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _on_desk() -> Any:
    return Correction.objects.open().filter(holder=OuterRef("pk"))


def _closed(organizations: OrganizationQuerySet) -> QuerySet[Organization]:
    """Closed, and there are cases on the desk that nobody can decide there."""
    stranded = organizations.filter(Exists(_on_desk()), closed_on__isnull=False)
    return stranded.annotate(silent_since=_last_membership())


def _no_reviewer(
    organizations: OrganizationQuerySet, able: OrganizationQuerySet, now: datetime
) -> QuerySet[Organization]:
    """Open, with nobody active who decides: new cases pass it by."""
    idle = organizations.open().exclude(pk__in=able.values("pk"))
    return idle.annotate(silent_since=_last_membership())


def _last_membership() -> Subquery:
    works = Membership.objects.filter(organization=OuterRef("pk"), role__in=READING_ROLES)
    ended = works.annotate(left=Coalesce("until", "suspended_at", "user__suspended_at"))
    return Subquery(ended.filter(left__isnull=False).order_by("-left").values("left")[:1])


def _deciders() -> MembershipQuerySet:
    return Membership.objects.live().filter(organization=OuterRef("pk"), user__is_active=True)


def _no_sign_in(able: OrganizationQuerySet, now: datetime) -> QuerySet[Organization]:
    """Nobody who works there has signed in lately, nor has a program in their name.

    Whoever was appointed a moment ago has as much time.
    """
    limit = now - NO_SIGN_IN_FOR
    by_program = ApiToken.objects.filter(user=OuterRef("user"), last_used_at__gt=limit)
    seen = _deciders().filter(
        Q(user__last_login__gt=limit) | Q(since__gt=limit) | Q(Exists(by_program))
    )
    last = _deciders().order_by().values("organization")
    return able.filter(~Exists(seen)).annotate(
        silent_since=Subquery(last.annotate(last=Max("user__last_login")).values("last"))
    )


def _no_decision(able: OrganizationQuerySet, now: datetime) -> QuerySet[Organization]:
    """Nothing was decided lately, though a case lay there all that time or a deadline was missed.

    Of all that was decided only the latest is asked for, from the index by holder and moment.
    """
    limit = now - NO_DECISION_FOR
    decided = Correction.objects.filter(holder=OuterRef("pk"), decided_at__isnull=False).order_by()
    held = Holding.objects.filter(correction=OuterRef("pk"), until=None, since__lte=limit)
    waits = _on_desk().filter(lateness.RUNNING, Exists(held), received_at__lte=limit)
    missed = Breach.objects.filter(holder=OuterRef("pk"), rung="due", at__gt=limit, at__lte=now)
    return able.filter(
        Exists(waits) | Exists(missed), ~Exists(decided.filter(decided_at__gt=limit))
    ).annotate(
        silent_since=Subquery(decided.order_by("-decided_at").values("decided_at")[:1]),
    )


def _unread(able: OrganizationQuerySet, now: datetime) -> QuerySet[Organization]:
    """A case waits that nobody of the desk has opened, and nobody has opened any other lately.

    A busy desk takes the most urgent first and may leave one unopened for a day: it is not silent.
    """
    limit = now - UNREAD_FOR
    opened = RecordVisit.objects.filter(
        citizen=OuterRef("citizen"), organization=OuterRef("holder")
    )
    held = Holding.objects.filter(correction=OuterRef("pk"), until=None, since__lte=limit)
    waiting = _on_desk().filter(lateness.RUNNING, Exists(held), status=Status.QUEUED)
    unread = waiting.filter(~Exists(opened.filter(at__gte=OuterRef("received_at"))))
    at_work = _on_desk().filter(Q(picked_up_at__gt=limit) | Exists(opened.filter(at__gt=limit)))
    decided = Correction.objects.filter(holder=OuterRef("pk"), decided_at__gt=limit)
    first = unread.order_by().values("holder").annotate(first=Min("received_at")).values("first")
    return able.filter(Exists(unread), ~Exists(at_work), ~Exists(decided)).annotate(
        silent_since=Subquery(first)
    )


def _bouncing(inside: Q, now: datetime) -> Iterator[Flag]:
    """E-mail to somebody who works there does not arrive."""
    places = Organization.objects.open().filter(inside)
    staff = Membership.objects.live().filter(organization__in=places, user__is_active=True)
    # By their ids: messaging knows no organizations.
    lost = unreachable_by_email(
        staff.order_by().values_list("user", flat=True), now - BOUNCED_WITHIN
    )
    rows = (
        staff.filter(user__in=list(lost))
        .order_by()
        .annotate(cases=_open_cases("organization"))
        .values_list("organization", "user", "cases")
    )
    first: dict[int, tuple[datetime, int]] = {}
    for organization, user, cases in rows:
        before = first.get(organization, (lost[user], cases))[0]
        first[organization] = (min(before, lost[user]), cases)
    for organization, (since, cases) in first.items():
        yield Flag(organization, Reason.BOUNCING, since, cases)
