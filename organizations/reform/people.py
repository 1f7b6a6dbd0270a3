"""What the reform changes for memberships, and for the reach of officers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.db.models.functions import Greatest

from organizations.journal import StaffEvent
from organizations.models import Membership, Organization
from organizations.reform.plan import ReformPlan
from vaxreg import db_time

Roles = Membership.Role


class Joins(NamedTuple):
    """A membership to be created at the organization into which the person's own is merged."""

    user: int
    heir: str
    role: str


@dataclass(frozen=True)
class Reach:
    """Organizations (codes) that an officer's reach gains and loses; `lost` should be empty."""

    user: int
    gained: frozenset[str]
    lost: frozenset[str]


def leaving(plan: ReformPlan) -> list[Membership]:
    """Return the memberships at organizations that close: live, suspended, or future ones."""
    working = _not_over().select_related("organization").order_by("pk")
    return [one for one in working if one.organization.code in plan.merges]


def joining(plan: ReformPlan, leave: Iterable[Membership]) -> dict[Joins, list[Membership]]:
    """Return the memberships to be created at successors, each with those that it continues."""
    begins = defaultdict(list)
    for one in leave:
        begins[Joins(one.user_id, plan.merges[one.organization.code], one.role)].append(one)
    for held in _not_over().values_list("user", "organization__code", "role"):
        begins.pop(Joins(*held), None)
    return begins


def _not_over() -> QuerySet[Membership]:
    return Membership.objects.filter(Q(until=None) | Q(until__gt=db_time.sql_now()))


def follow(plan: ReformPlan) -> dict[str, int]:
    """Move memberships to the successors; lend officers. Returns counts by name."""
    ended = leaving(plan)
    begins = joining(plan, ended)
    now = db_time.now()
    codes = {one.heir for one in begins} | {one.station for one in plan.lends}
    there = Organization.objects.in_bulk(list(codes), field_name="code")
    over = Membership.objects.filter(pk__in=[one.pk for one in ended])
    over.update(until=Greatest("since", db_time.sql_now()))
    events = [
        StaffEvent(
            user_id=one.user_id,
            act=StaffEvent.Act.ENDED,
            organization_id=one.organization_id,
            role=one.role,
            at=now,
        )
        for one in ended
    ]
    new = [_goes_on(join, before, there[join.heir]) for join, before in begins.items()]
    lent = [
        Membership(user_id=user, organization=there[station], role=Roles.OFFICER, since=now)
        for user, station in plan.lends
    ]
    Membership.objects.bulk_create([*new, *lent], batch_size=2000)
    events += [
        StaffEvent(
            user_id=one.user_id,
            act=StaffEvent.Act.APPOINTED,
            organization_id=one.organization_id,
            role=one.role,
            at=now,
        )
        for one in (*new, *lent)
    ]
    StaffEvent.objects.bulk_create(events, batch_size=2000)
    return {
        "memberships_ended": len(ended),
        "memberships_begun": len(new),
        "officers_lent": len(lent),
    }


def _goes_on(join: Joins, before: list[Membership], heir: Organization) -> Membership:
    """Return the new membership; suspended if all that it continues are."""
    suspended = [one.suspended_at for one in before if one.suspended_at is not None]
    return Membership(
        user_id=join.user,
        organization=heir,
        role=join.role,
        since=max(db_time.now(), min(one.since for one in before)),
        suspended_at=max(suspended) if len(suspended) == len(before) else None,
    )


def reaches(plan: ReformPlan) -> list[Reach]:
    """Return the officers whose reach changes, in codes of organizations open before."""
    after_parent = {one.code: one.part_of for one in plan.stays}
    after_parent |= {one.code: one.part_of for one in plan.opens}
    before, after = defaultdict(set), defaultdict(set)
    rows = Organization.objects.open().values_list("code", "part_of__code")
    parent = dict(rows)
    moved = parent | after_parent
    for code in parent:
        for top in _upwards(code, parent):
            before[top].add(code)
        for top in _upwards(plan.merges.get(code, code), moved):
            after[top].add(code)
    tops = defaultdict(set)
    officers = Membership.objects.live().filter(role=Roles.OFFICER)
    for user, code in officers.values_list("user", "organization__code"):
        tops[user].add(code)
    lent = defaultdict(set)
    for user, station in plan.lends:
        lent[user].add(station)
    found = []
    for user, codes in sorted(tops.items()):
        saw = frozenset().union(*(before[code] for code in codes))
        heirs = {plan.merges.get(code, code) for code in codes} | lent[user]
        sees = frozenset().union(*(after[code] for code in heirs))
        if saw != sees:
            found.append(Reach(user, sees - saw, saw - sees))
    return found


def _upwards(code: str | None, parent: Mapping[str, str | None]) -> list[str]:
    chain = []
    while code:
        chain.append(code)
        code = parent.get(code)
    return chain
