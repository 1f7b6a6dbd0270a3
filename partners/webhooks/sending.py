"""Sends what waits, address by address: one that is slow or down holds up nobody else.

Celery gets a hint after each commit; once a minute the sweep hints at each address with something
due. One worker at a time is at an address. A message may arrive twice, and in any order.
"""

import json
import logging
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from partners.models import Delivery, Endpoint, EndpointSwitch, Event, EventType
from partners.models.webhooks import EndpointQuerySet
from partners.webhooks import audience, reaching, registering, signing
from partners.webhooks.reaching import Answer
from vaxreg import db_time
from vaxreg.celery import hint

log = logging.getLogger(__name__)

# Waits after the first, second … failed try; three days in all. After the last one it is given up.
BACK_OFF = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
# Waits vary by up to this share, so that what failed together is tried apart.
JITTER = 0.2
# An address of which nothing works is left alone for as long as after so many failures.
LONGEST_REST = 4
# After this time without one success it is switched off; a day earlier if a message is given up.
FAILING_FOR = timedelta(days=3)
# Messages that are under way to one address at once.
AT_ONCE = 8
# Seconds for one call, and how long a worker that was killed keeps the address to itself.
ROUND = 30
LEASE = timedelta(seconds=75)
GONE = 410


def deliver_due() -> int:
    """Ask for a worker for each address with something due; return for how many."""
    due = Delivery.objects.due().filter(endpoint__in=_ready().order_by().values("pk"))
    found = list(due.order_by("endpoint_id").values_list("endpoint_id", flat=True).distinct())
    for endpoint in found:
        hint("partners.deliver_to", endpoint)
    return len(found)


def deliver_to(pk: int, seconds: float = ROUND) -> int:
    """Send what is due to this address (id), as long as some of it is accepted; return how many.

    Nothing is sent while another worker is at it.
    """
    endpoint = _claim(pk)
    if endpoint is None:
        return 0
    until = time.monotonic() + seconds
    sent, is_down = 0, False
    while not is_down and time.monotonic() < until:
        batch = _next_batch(endpoint)
        if not batch:
            break
        answers = _post_all(endpoint, batch)
        accepted = sum(answer.is_accepted for answer in answers)
        _store(endpoint, batch, answers)
        sent += accepted
        is_down = not accepted
    # After an exception the lease runs out instead: no worker begins again at once.
    _release(endpoint, is_down=is_down)
    return sent


def body_of(kind: str, at: datetime, data: dict[str, str]) -> bytes:
    """Return the text of a message."""
    stamp = timezone.localtime(at).isoformat(timespec="seconds")
    return json.dumps({"type": kind, "timestamp": stamp, "data": data}).encode()


def post(endpoint: Endpoint, message_id: str, body: bytes, moment: datetime) -> Answer:
    """Send one message, signed at this moment."""
    headers = signing.headers(endpoint, message_id, moment, body)
    return reaching.post(endpoint.url, body, headers)


def _ready() -> EndpointQuerySet:
    return Endpoint.objects.on().filter(rests_until__lte=db_time.sql_now())


@transaction.atomic
def _claim(pk: int) -> Endpoint | None:
    rows = _ready().filter(pk=pk).select_for_update(of=("self",), skip_locked=True)
    endpoint = rows.first()
    if endpoint is not None:
        Endpoint.objects.filter(pk=pk).update(rests_until=db_time.now() + LEASE)
    return endpoint


def _next_batch(endpoint: Endpoint) -> list[Delivery]:
    """Return what is sent next; what the app may know no more is given up."""
    while True:
        due = Delivery.objects.due().filter(endpoint=endpoint)
        rows = list(
            due.select_related("event__citizen__merged_into").order_by("next_try_at", "pk")[
                :AT_ONCE
            ]
        )
        refused = _refused(endpoint, rows)
        Delivery.objects.filter(pk__in=refused).update(
            state=Delivery.State.DEAD, status_code=None, error="no consent"
        )
        left = [row for row in rows if row.pk not in refused]
        if left or not rows:
            return left


def _refused(endpoint: Endpoint, rows: Sequence[Delivery]) -> set[int]:
    """Return those (ids) about people whose consent has ended since."""
    refused = set()
    for kind in {row.event.type for row in rows}:
        same = [row for row in rows if row.event.type == kind]
        apps = audience.apps_of(EventType(kind), (row.event.citizen_id for row in same))
        refused |= {
            row.pk for row in same if endpoint.app_id not in apps.get(row.event.citizen_id, ())
        }
    return refused


def _post_all(endpoint: Endpoint, rows: Sequence[Delivery]) -> list[Answer]:
    """Send some messages at once; the threads use no database."""
    moment = db_time.now()
    bodies = [body_of(row.event.type, row.event.at, _data_of(row.event)) for row in rows]
    with ThreadPoolExecutor(len(rows)) as threads:
        calls = [
            threads.submit(post, endpoint, str(row.event.public_id), body, moment)
            for row, body in zip(rows, bodies, strict=True)
        ]
        return [call.result() for call in calls]


def _data_of(event: Event) -> dict[str, str]:
    data = {"kind": event.kind, "id": event.key, "patient": str(event.citizen.kept.public_id)}
    return data | {"reference": event.key} if event.kind == Event.Kind.CORRECTION else data


@transaction.atomic
def _store(endpoint: Endpoint, rows: Sequence[Delivery], answers: Sequence[Answer]) -> None:
    now = db_time.now()
    for row, answer in zip(rows, answers, strict=True):
        row.tries += 1
        row.status_code, row.error = answer.status, answer.error[:100]
        if answer.is_accepted:
            row.state, row.delivered_at = Delivery.State.DELIVERED, now
        elif row.tries > len(BACK_OFF):
            row.state = Delivery.State.DEAD
        else:
            row.next_try_at = now + _wait(row.tries)
    Delivery.objects.bulk_update(
        rows, ["tries", "status_code", "error", "state", "delivered_at", "next_try_at"]
    )
    works = Endpoint.objects.filter(pk=endpoint.pk)
    if any(answer.is_accepted for answer in answers):
        works.update(failing_since=None, failures=0, last_accepted_at=now)
        endpoint.failing_since, endpoint.failures = None, 0
        return
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.failures += 1
    works.update(failing_since=endpoint.failing_since, failures=F("failures") + 1)
    if any(answer.status == GONE for answer in answers):
        registering.switch_off(endpoint, EndpointSwitch.Why.GONE)
        return
    gave_up = any(row.state == Delivery.State.DEAD for row in rows)
    if now - endpoint.failing_since >= FAILING_FOR - timedelta(days=1 if gave_up else 0):
        registering.switch_off(endpoint, EndpointSwitch.Why.FAILING)


def _release(endpoint: Endpoint, *, is_down: bool) -> None:
    """Let the next worker in, now or after a rest; ask for one if something is due before the sweep."""
    now = db_time.now()
    rest = _wait(min(endpoint.failures, LONGEST_REST)) if is_down else timedelta(0)
    Endpoint.objects.filter(pk=endpoint.pk).update(rests_until=now + rest)
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    first: datetime | None = waiting.aggregate(first=Min("next_try_at"))["first"]
    if first is not None:
        seconds = (max(first, now + rest) - now).total_seconds()
        if seconds < 60:
            hint("partners.deliver_to", endpoint.pk, seconds=seconds)


def _wait(failures: int) -> timedelta:
    wait: timedelta = BACK_OFF[max(failures, 1) - 1]
    return wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
