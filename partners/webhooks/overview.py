"""Queries of the ministry's page of partner apps: who may ask, and whether they can be told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q

from partners.models import AppConsent, Delivery, Endpoint, EndpointSwitch, PartnerApp


@dataclass(frozen=True)
class AppLine:
    """One app. waiting and dead: messages; waits_since and dead_since: the oldest event of them."""

    app: PartnerApp
    consents: int
    endpoint: Endpoint | None
    switch: EndpointSwitch | None
    waiting: int
    waits_since: datetime | None
    dead: int
    dead_since: datetime | None

    @property
    def is_off(self) -> bool:
        return self.endpoint is not None and self.endpoint.switched_off_at is not None

    @property
    def is_failing(self) -> bool:
        """Whether nothing was accepted at the last tries."""
        return self.endpoint is not None and self.endpoint.failing_since is not None


def lines() -> list[AppLine]:
    """Return all apps, those that may ask no more last. Five queries."""
    return _lines(PartnerApp.objects.order_by("ended_at", "name", "pk"))


def line_of(public_id: UUID) -> AppLine | None:
    """Return one app; None when there is none with this id."""
    found = _lines(PartnerApp.objects.filter(public_id=public_id))
    return found[0] if found else None


def switches(app: PartnerApp) -> list[EndpointSwitch]:
    """Return when the addresses of an app were switched off and on, the newest first."""
    rows = EndpointSwitch.objects.filter(endpoint__app=app).select_related("by", "endpoint")
    return list(rows[:20])


def _lines(found: Iterable[PartnerApp]) -> list[AppLine]:
    apps = list(found)
    consents = dict(
        AppConsent.objects.live()
        .filter(app__in=apps)
        .order_by()
        .values_list("app")
        .annotate(number=Count("pk"))
    )
    endpoints = {one.app_id: one for one in Endpoint.objects.filter(until=None, app__in=apps)}
    of_them = EndpointSwitch.objects.filter(endpoint__in=endpoints.values())
    switched = {
        one.endpoint_id: one
        for one in of_them.order_by("endpoint_id", "-pk")
        .distinct("endpoint_id")
        .select_related("by")
    }
    counts = {
        row["endpoint__app"]: row
        for row in Delivery.objects.filter(endpoint__app__in=apps)
        .exclude(state=Delivery.State.DELIVERED)
        .order_by()
        .values("endpoint__app")
        .annotate(
            waiting=Count("pk", filter=_in(Delivery.State.WAITING)),
            waits_since=Min("event__at", filter=_in(Delivery.State.WAITING)),
            dead=Count("pk", filter=_in(Delivery.State.DEAD)),
            dead_since=Min("event__at", filter=_in(Delivery.State.DEAD)),
        )
    }
    result = []
    for app in apps:
        endpoint = endpoints.get(app.pk)
        row: Mapping[str, Any] = counts.get(app.pk, {})
        result.append(
            AppLine(
                app=app,
                consents=consents.get(app.pk, 0),
                endpoint=endpoint,
                switch=switched.get(endpoint.pk) if endpoint else None,
                waiting=row.get("waiting", 0),
                waits_since=row.get("waits_since"),
                dead=row.get("dead", 0),
                dead_since=row.get("dead_since"),
            )
        )
    return result


def _in(state: Delivery.State) -> Q:
    return Q(state=state)
