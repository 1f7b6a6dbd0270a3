"""Writes what apps are to be told, in the transaction of the change; forgets it after 30 days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from partners.models import Delivery, Event, EventType
from partners.webhooks import audience
from vaxreg import db_time
from vaxreg.celery import hint

# How long an event can be sent again, and be listed.
KEPT = timedelta(days=30)
# Rows deleted in one statement.
BATCH = 5_000


@dataclass(frozen=True)
class Change:
    """Something of a citizen (id) changed; key: its public id, or the reference of a case."""

    kind: Event.Kind
    key: str
    citizen: int


def note(wanted: EventType, changes: Callable[[], Sequence[Change]]) -> int:
    """Write an event for each change that some app may know, with its deliveries; return how many.

    changes: called only when some app listens; until then a change costs one query.
    """
    endpoints = audience.listening(wanted)
    if not endpoints:
        return 0
    changed = changes()
    apps = audience.apps_of(wanted, (one.citizen for one in changed))
    now = db_time.now()
    pairs: list[tuple[Event, set[int]]] = []
    for one in changed:
        told = {endpoints[app] for app in apps.get(one.citizen, ()) if app in endpoints}
        if told:
            event = Event(type=wanted, kind=one.kind, key=one.key, citizen_id=one.citizen, at=now)
            pairs.append((event, told))
    if not pairs:
        return 0
    Event.objects.bulk_create([event for event, _told in pairs])
    Delivery.objects.bulk_create(
        Delivery(event=event, endpoint_id=endpoint, next_try_at=now)
        for event, told in pairs
        for endpoint in sorted(told)
    )
    for endpoint in sorted(set().union(*(told for _event, told in pairs))):
        hint("partners.deliver_to", endpoint)
    return len(pairs)


def forget() -> int:
    """Delete events that are older than 30 days, with their deliveries; return how many."""
    done = 0
    while old := list(
        Event.objects.filter(at__lt=db_time.now() - KEPT)
        .order_by("at")
        .values_list("pk", flat=True)[:BATCH]
    ):
        Delivery.objects.filter(event__in=old).delete()
        done += Event.objects.filter(pk__in=old).delete()[0]
    return done
