"""Whom a change about somebody may be told: apps with a consent that still opens the record."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.models import Scope
from citizens.models import Citizen, RecordLink
from partners.models import AppConsent, AppConsentPerson, Endpoint, EventType

# Who may read a thing may know that it changed.
SCOPES: dict[EventType, tuple[str, ...]] = {
    EventType.CORRECTION: (Scope.READ.value, "patient/Task.rs"),
    EventType.DOSE: (Scope.READ.value, "patient/Immunization.rs"),
    EventType.CERTIFICATE: (Scope.READ.value,),
}


def listening(wanted: EventType) -> dict[int, int]:
    """Return the addresses (ids) that want such events, by the id of their app."""
    rows = Endpoint.objects.standing().filter(events__contains=[wanted])
    return dict(rows.order_by().values_list("app", "pk"))


def apps_of(kind: EventType, citizens: Iterable[int]) -> dict[int, set[int]]:
    """Return which apps (ids) may know that something of each of these citizens (ids) changed.

    A consent for any part of a merged record counts for the whole, as long as whoever gave it may
    open the record. Two queries for any number of people.
    """
    kept_of = dict(
        Citizen.objects.filter(pk__in=set(citizens))
        .order_by()
        .values_list("pk", Coalesce("merged_into_id", "pk"))
    )
    kept = set(kept_of.values())
    this = Q(citizen=OuterRef("kept")) | Q(citizen__merged_into=OuterRef("kept"))
    links = RecordLink.objects.live().filter(this, user=OuterRef("consent__user"))
    consents = AppConsent.objects.live().filter(
        scopes__overlap=list(SCOPES[kind]), user__is_active=True
    )
    agreed = (
        AppConsentPerson.objects.filter(Q(citizen__in=kept) | Q(citizen__merged_into__in=kept))
        .filter(consent__in=consents.order_by().values("pk"))
        .exclude(citizen__in=Citizen.objects.restricted().order_by().values("pk"))
        .annotate(kept=Coalesce("citizen__merged_into_id", "citizen_id"))
        .filter(Exists(links))
        .order_by()
        .values_list("kept", "consent__app")
    )
    apps: defaultdict[int, set[int]] = defaultdict(set)
    for one, app in agreed:
        apps[one].add(app)
    return {citizen: apps[one] for citizen, one in kept_of.items() if one in apps}
