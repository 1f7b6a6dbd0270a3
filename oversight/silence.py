"""Finds organizations that are silent: why, and since when.

New cases skip an organization without a reviewer (routing/desks.py). They do not skip one that has
reviewers but does not answer, and the citizens who wait are not told. Both are listed until they
answer again. Where nobody was ever appointed there is nobody who could answer: those organizations
are listed apart, as not invited yet, and not counted as silent.

For a site or a district the database is queried at once. For a province and the country a job
stores the same results in a table (Silence), because the live queries would take too long there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
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

# A week: a station without cases is not listed after a quiet weekend. Staff who do not sign in for
# longer than that see no case within its 48 hours.
NO_SIGN_IN_FOR = timedelta(days=7)
# 48 hours and a day: without a decision in that time at least one deadline has passed.
NO_DECISION_FOR = timedelta(days=3)
# Half of the 48 hours: by then the holder was reminded once (deadlines.MILESTONES).
UNREAD_FOR = timedelta(hours=24)
# An older bounce says little: the address may work again.
BOUNCED_WITHIN = timedelta(days=7)
# How often the table is computed; when it is older, the job has stopped and the page says so.
REFRESHED_EVERY = timedelta(minutes=5)
STALE_AFTER = timedelta(minutes=30)
HEARTBEAT = "silence"
# Those that hold most cases first.
WORST_FIRST = ("-cases", "organization_id")


@dataclass(frozen=True)
class Flag:
    """One reason for which an organization is listed.

    since: the last activity, None if there was none. cases: number of open cases it holds.
    """

    organization_id: int
    reason: Reason
    since: datetime | None
    cases: int


@dataclass(frozen=True)
class Summary:
    """Number of organizations for each reason, and of all silent ones together."""

    at: datetime | None
    counts: dict[Reason, int] = field(default_factory=dict)
    organizations: int = 0

    @property
    def uninvited(self) -> int:
        """Number of organizations where nobody was ever invited to work."""
        return self.counts.get(Reason.NOT_INVITED, 0)

    def is_stale(self, now: datetime) -> bool:
        """Tell whether the job that computes the table has stopped."""
        return self.at is None or now - self.at > STALE_AFTER


def summary(scope: Scope, now: datetime) -> Summary:
    """Count the silent organizations of a scope, with a constant number of queries."""
    if is_live(scope):
        found = find(within(scope), now)
        counts = {reason: sum(flag.reason == reason for flag in found) for reason in Reason}
        silent = {flag.organization_id for flag in found if flag.reason != Reason.NOT_INVITED}
        return Summary(now, counts, len(silent))
    kept = kept_flags(scope).order_by()
    rows = kept.values_list("reason").annotate(count=Count("pk"))
    by_reason = dict.fromkeys(Reason, 0) | {Reason(name): count for name, count in rows}
    answering = kept.exclude(reason=Reason.NOT_INVITED)
    silent = answering.aggregate(number=Count("organization", distinct=True))["number"]
    return Summary(refreshed_at(), by_reason, silent)


def is_live(scope: Scope) -> bool:
    """Tell whether a scope is small enough for live queries: one organization, or a district."""
    return not scope.is_high


def within(scope: Scope) -> Q:
    """Return the condition on Organization for the organizations of a scope."""
    inside = Q(pk__in=[])
    for top in scope.tops:
        inside |= Q(pk=top.pk) if scope.alone else Q(path__startswith=top.path)
    return inside


def kept_flags(scope: Scope) -> QuerySet[Silence]:
    """Return the rows of the table within a scope."""
    inside = Q(pk__in=[])
    for top in scope.tops:
        inside |= Q(organization__path__startswith=top.path)
    return Silence.objects.filter(inside)


def invited_units(scope: Scope) -> set[int]:
    """Return the ids of the rows of a report (Scope.unit) where anybody was ever invited to work."""
    inside = Q(pk__in=[])
    for top in scope.tops:
        at = "organization" if scope.alone else "organization__path__startswith"
        inside |= Q(**{at: top if scope.alone else top.path})
    worked = Membership.objects.filter(inside).order_by()
    units = worked.annotate(unit=scope.unit("organization")).values_list("unit", flat=True)
    return {int(unit) for unit in units.distinct()}


def refreshed_at() -> datetime | None:
    """Return when the table was computed last; None if never."""
    return Heartbeat.objects.filter(name=HEARTBEAT).values_list("at", flat=True).first()


@transaction.atomic
def refresh() -> int:
    """Compute the table for the whole country; return its number of rows.

    Only changes are written: a row that stays keeps the moment when it was first noticed.
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
    """Find silent organizations now, one query per reason; inside: limits the organizations."""
    organizations = Organization.objects.filter(inside)
    able = Organization.objects.able_to_receive().filter(inside)
    return [
        *_flags(Reason.CLOSED, _closed(organizations)),
        *_flags(Reason.NO_REVIEWER, _no_reviewer(organizations, able)),
        *_flags(Reason.NOT_INVITED, _not_invited(organizations)),
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
    """Closed, but holds cases that nobody there can decide."""
    stranded = organizations.filter(Exists(_on_desk()), closed_on__isnull=False)
    return stranded.annotate(silent_since=_last_membership())


def _no_reviewer(
    organizations: OrganizationQuerySet, able: OrganizationQuerySet
) -> QuerySet[Organization]:
    """Open, without an active reviewer although somebody worked there: new cases skip it."""
    idle = organizations.open().filter(_ever_invited()).exclude(pk__in=able.values("pk"))
    return idle.annotate(silent_since=_last_membership())


def _not_invited(organizations: OrganizationQuerySet) -> QuerySet[Organization]:
    """Open, and nobody was ever invited to work there: new cases skip it."""
    idle = organizations.open().filter(~_ever_invited())
    return idle.annotate(silent_since=Value(None, output_field=DateTimeField()))


def _ever_invited() -> Exists:
    return Exists(Membership.objects.filter(organization=OuterRef("pk")))


def _last_membership() -> Subquery:
    works = Membership.objects.filter(organization=OuterRef("pk"), role__in=READING_ROLES)
    ended = works.annotate(left=Coalesce("until", "suspended_at", "user__suspended_at"))
    return Subquery(ended.filter(left__isnull=False).order_by("-left").values("left")[:1])


def _deciders() -> MembershipQuerySet:
    return Membership.objects.live().filter(organization=OuterRef("pk"), user__is_active=True)


def _no_sign_in(able: OrganizationQuerySet, now: datetime) -> QuerySet[Organization]:
    """Nobody who decides there has signed in within 7 days, nor used an API token.

    New staff have 7 days from their appointment.
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
    """No decision within 72 hours, although it held a case all that time or missed a deadline.

    Reads only the latest decision of each holder, from the index by holder and moment.
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
    """A case waits that nobody there has opened, and nobody opened or decided any case lately.

    "Lately" is within 24 hours. A busy desk takes the most urgent case first and may leave another
    unopened for a day: it is not silent.
    """
    limit = now - UNREAD_FOR
    opened = RecordVisit.objects.filter(
        citizen=OuterRef("citizen"), organization=OuterRef("holder")
    ).exclude(why=RecordVisit.Why.LIST)
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
    """E-mail to somebody who works there bounces."""
    places = Organization.objects.open().filter(inside)
    staff = Membership.objects.live().filter(organization__in=places, user__is_active=True)
    # By user id, because messaging must not import organizations.
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
