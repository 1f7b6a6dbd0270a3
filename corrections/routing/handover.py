"""Moves all open cases of an organization that can no longer act, and writes events and messages.

The holder has closed (administration/close_merge_move.py) or has no reviewer any more
(unattended.py). Its cases are locked. The clocks run on.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain

from corrections.actions import bulk
from corrections.actions.bulk import Destination
from corrections.clocks import milestones, timekeeping
from corrections.clocks.milestones import LateClock
from corrections.models import Clock, Correction, Holding
from corrections.routing.desks import (
    Desk,
    NoDesk,
    Router,
    able_levels_above,
    above_or_hotline,
    first_able_from,
    reason_inherited,
    triage_due,
)
from organizations.models import Organization
from organizations.queries import current_holder
from vaxreg.celery import hint

# The relations that routing reads.
ROUTED_BY = ("dose__organization", "named_site", "named_area", "citizen__area")


@dataclass(frozen=True)
class CaseRoute:
    """Cases that go to one organization for one reason."""

    desk: Desk
    cases: list[int]


def settle(holder: Organization, now: datetime) -> None:
    """Write the breaches and pauses that the sweep has not written yet, naming the old holder."""
    held = Correction.objects.open().filter(holder=holder)
    # Rare: a pause reached its cap within the last minute.
    over = {"clocks__stopped_at": None, "clocks__pauses__until": None}
    for case in held.filter(clocks__pauses__ends_at__lte=now, **over).distinct():
        timekeeping.record_overdue_work(case, now)
        case.save(update_fields=["due_at", "paused_at"])
    late = Clock.objects.filter(
        correction__in=held.order_by().values("pk"), stopped_at=None, next_milestone_at__lt=now
    )
    milestones.pass_milestones(
        [LateClock(*columns) for columns in late.values_list(*milestones.COLUMNS)], now
    )


def routes(closed: Organization) -> list[CaseRoute]:
    """Return where each open case of a closed organization goes; it is closed already.

    To its successor, or to who acts for a successor without staff. Without a successor by routing,
    but never back to an organization that held the case before. An appeal never goes to one that
    took part in the first decision. Raises NoDesk.
    """
    sent: dict[tuple[int, bool, str], list[int]] = defaultdict(list)
    desks: dict[tuple[int, bool, str], Desk] = {}
    for case_id, desk in chain(_appeals(closed), _first_reviews(closed)):
        # Cases with the same desk and the same reason go together.
        key = (desk.organization.pk, desk.is_pool, json.dumps(desk.reason, sort_keys=True))
        desks[key] = desk
        sent[key].append(case_id)
    return [CaseRoute(desk, sent[key]) for key, desk in desks.items()]


def fallback_desk(closed: Organization) -> Desk:
    """Return who acts for the organization when nothing about the case is known. Raises NoDesk."""
    heir = current_holder(closed)
    desk = first_able_from(heir)[0] if heir else above_or_hotline(closed)
    if desk is None:
        raise NoDesk(closed.name)
    return Desk(desk, reason_inherited(closed, desk))


def _first_reviews(closed: Organization) -> Iterator[tuple[int, Desk]]:
    cases = Correction.objects.open().filter(holder=closed, on_appeal=False).order_by("pk")
    if closed.successor is not None:
        desk = fallback_desk(closed)
        for case_id in cases.values_list("pk", flat=True):
            yield case_id, desk
        return
    router, otherwise = Router(), cache(fallback_desk)
    before = Holding.objects.filter(correction__in=cases.order_by().values("pk"))
    been = set(before.exclude(organization=closed).values_list("correction", "organization"))
    for case in cases.select_related(*ROUTED_BY).iterator(chunk_size=2000):
        desk = router.desk_for(case)
        was_there = (case.pk, desk.organization.pk) in been
        yield case.pk, otherwise(closed) if was_there else desk


def _appeals(closed: Organization) -> Iterator[tuple[int, Desk]]:
    cases = Correction.objects.open().filter(holder=closed, on_appeal=True).order_by("pk")
    decided = Clock.objects.filter(
        correction__in=cases.order_by().values("pk"), stopped_how=Clock.Stop.DECIDED
    )
    deciders: dict[int, set[int]] = defaultdict(set)
    for case_id, decider_id in decided.values_list("correction", "holder"):
        deciders[case_id].add(decider_id)
    known = Organization.objects.in_bulk({pk for ids in deciders.values() for pk in ids})
    judge = cache(_judge)
    for case_id in cases.values_list("pk", flat=True):
        taken_part = {known[pk] for pk in deciders[case_id]}
        taken_part |= {heir for one in taken_part if (heir := current_holder(one)) is not None}
        yield case_id, judge(closed, frozenset(taken_part))


def _judge(closed: Organization, taken_part: frozenset[Organization]) -> Desk:
    """Return who decides an appeal now: not below the level of before, never the hotline."""
    line = able_levels_above(closed, itself=closed.successor is not None)
    for desk in line:
        if desk not in taken_part and desk.kind != Organization.Kind.HOTLINE:
            return Desk(desk, reason_inherited(closed, desk))
    return fallback_desk(closed)


def hand_over(closed: Organization, given: Sequence[CaseRoute], now: datetime) -> None:
    """Make the desks the holders of the cases, and tell each of them once."""
    destinations = [
        Destination(
            way.desk.organization,
            json.dumps(way.desk.reason),
            triage_due(now) if way.desk.is_pool else None,
            way.cases,
        )
        for way in given
    ]
    errands = bulk.move_to_holders(
        destinations, from_name=closed.name, is_closed=not closed.is_open, now=now
    )
    for errand in errands:
        hint("corrections.do_errand", errand)
