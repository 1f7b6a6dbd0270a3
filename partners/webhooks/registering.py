"""The verbs of an app's address: stated, replaced, ended, switched, its secret rotated, sent again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from partners.models import Delivery, Endpoint, EndpointSwitch, PartnerApp
from partners.webhooks import letters, reaching, signing
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

Why = EndpointSwitch.Why

# How long the secret before signs too.
OLD_SECRET_COUNTS = timedelta(hours=24)


class NoEndpoint(Exception):
    """The app has no address."""


class SwitchedOffByStaff(Exception):
    """The ministry has switched the address off: the app can neither replace nor end it."""


def standing(app: PartnerApp) -> Endpoint | None:
    """Return the address of an app, switched on or off."""
    return Endpoint.objects.standing().filter(app=app).first()


@transaction.atomic
def state(app: PartnerApp, url: str, events: Collection[str]) -> tuple[Endpoint, bool]:
    """Make this the address of an app; return it, and whether its secret is a new one.

    What waits for the address before is sent to this one; the secret stays. Raises
    reaching.NotAllowed, SwitchedOffByStaff.
    """
    reaching.target_of(url)
    before = _locked(app)
    if before is not None:
        _refuse_if_off_by_staff(before)
    wanted = sorted(set(events))
    if before and before.url == url and before.events == wanted and not before.switched_off_at:
        return before, False
    now = db_time.now()
    secrets = {}
    if before is not None:
        _end(before, now)
        secrets = {
            "old_secret": before.old_secret,
            "old_secret_until": before.old_secret_until,
        }
    made = Endpoint.objects.create(
        app=app,
        url=url,
        events=wanted,
        secret=before.secret if before else signing.new_secret(),
        since=now,
        rests_until=now,
        **secrets,
    )
    if before is not None:
        waiting = Delivery.objects.filter(endpoint=before, state=Delivery.State.WAITING)
        waiting.update(endpoint=made, next_try_at=now)
        hint("partners.deliver_to", made.pk)
    return made, before is None


@transaction.atomic
def end(app: PartnerApp) -> None:
    """Send nothing more to this app. Raises NoEndpoint, SwitchedOffByStaff."""
    endpoint = _its(app)
    _refuse_if_off_by_staff(endpoint)
    _end(endpoint, db_time.now())
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.DEAD, error="address ended")


@transaction.atomic
def rotate_secret(app: PartnerApp) -> Endpoint:
    """Give the address a new secret; the one before signs too for a day. Raises NoEndpoint."""
    endpoint = _its(app)
    endpoint.old_secret = endpoint.secret
    endpoint.old_secret_until = db_time.now() + OLD_SECRET_COUNTS
    endpoint.secret = signing.new_secret()
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    return endpoint


@transaction.atomic
def switch_off(endpoint: Endpoint, why: Why, *, by: "User | None" = None, reason: str = "") -> bool:
    """Send nothing to an address until it is switched on; its operators get an e-mail.

    What changes meanwhile waits. False when it was off already.
    """
    now = db_time.now()
    on = Endpoint.objects.filter(pk=endpoint.pk, switched_off_at=None, until=None)
    if not on.update(switched_off_at=now):
        return False
    EndpointSwitch.objects.create(
        endpoint=endpoint, is_on=False, why=why, by=by, reason=reason, at=now
    )
    letters.tell_switched_off(endpoint, why, reason)
    return True


@transaction.atomic
def switch_on(endpoint: Endpoint, why: Why, *, by: "User | None" = None, reason: str = "") -> bool:
    """Send again, beginning with what waits. False when it was on already."""
    now = db_time.now()
    off = Endpoint.objects.filter(pk=endpoint.pk, until=None).exclude(switched_off_at=None)
    if not off.update(switched_off_at=None, failing_since=None, failures=0, rests_until=now):
        return False
    EndpointSwitch.objects.create(
        endpoint=endpoint, is_on=True, why=why, by=by, reason=reason, at=now
    )
    waiting = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.WAITING)
    waiting.update(next_try_at=now)
    hint("partners.deliver_to", endpoint.pk)
    return True


@transaction.atomic
def switch_on_again(app: PartnerApp) -> Endpoint:
    """Let the operators of an app switch its address on. Raises NoEndpoint, SwitchedOffByStaff."""
    endpoint = _its(app)
    _refuse_if_off_by_staff(endpoint)
    switch_on(endpoint, Why.OPERATORS)
    endpoint.refresh_from_db()
    return endpoint


def deliveries_of(
    app: PartnerApp, *, since: datetime | None = None, in_state: str = ""
) -> QuerySet[Delivery]:
    """Return what was or will be sent to an app, whichever address it had."""
    rows = Delivery.objects.filter(endpoint__app=app).select_related("event")
    if since is not None:
        rows = rows.filter(event__at__gte=since)
    return rows.filter(state=in_state) if in_state else rows


@transaction.atomic
def replay(
    app: PartnerApp,
    *,
    one: UUID | None = None,
    since: datetime | None = None,
    in_state: str = "",
) -> int:
    """Send again what was sent before, to the address of today; return how many messages.

    one: the id of one message. since: events from this moment on. Raises NoEndpoint.
    """
    endpoint = _its(app)
    rows = deliveries_of(app, since=since, in_state=in_state)
    if one is not None:
        rows = rows.filter(event__public_id=one)
    ids = rows.order_by().values("pk")
    number = Delivery.objects.filter(pk__in=ids).update(
        endpoint=endpoint,
        state=Delivery.State.WAITING,
        tries=0,
        next_try_at=db_time.now(),
        delivered_at=None,
    )
    if number:
        hint("partners.deliver_to", endpoint.pk)
    return number


def _locked(app: PartnerApp) -> Endpoint | None:
    """Return the address of an app; nobody else changes it before the end of the transaction."""
    PartnerApp.objects.select_for_update(of=("self",), no_key=True).get(pk=app.pk)
    return standing(app)


def _its(app: PartnerApp) -> Endpoint:
    endpoint = _locked(app)
    if endpoint is None:
        raise NoEndpoint
    return endpoint


def _refuse_if_off_by_staff(endpoint: Endpoint) -> None:
    if endpoint.switched_off_at is not None:
        last = EndpointSwitch.objects.filter(endpoint=endpoint).first()
        if last is not None and last.why == Why.STAFF:
            raise SwitchedOffByStaff


def _end(endpoint: Endpoint, now: datetime) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(until=now)
