"""What citizens let apps do: agreed to, looked at, ended. The only writer of AppConsent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from citizens.access import records_of
from citizens.models import Citizen, CitizenQuerySet, RecordLink, RecordVisit
from partners.models import (
    AccessToken,
    AppConsent,
    AppConsentPerson,
    AppConsentQuerySet,
    Grant,
    PartnerApp,
    RefreshToken,
)
from partners.scopes import OF_CITIZENS
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# For how many days a consent may be given; the middle one is proposed.
DAYS = (1, 90, 365)
PROPOSED_DAYS = 90


def offered(user: "User") -> CitizenQuerySet:
    """Return the records that the user may open for an app, their own first.

    None that is used for less.
    """
    this = Q(citizen=OuterRef("pk")) | Q(citizen__merged_into=OuterRef("pk"))
    own = RecordLink.objects.live().filter(this, user=user, relation=RecordLink.Relation.SELF)
    return records_of(user).without_restricted().order_by(Exists(own).desc(), "pk")


@transaction.atomic
def give(
    user: "User", app: PartnerApp, *, scopes: Collection[str], people: Sequence[Citizen], days: int
) -> AppConsent:
    """Store the consent, in the place of an earlier one. people: of those that are offered."""
    now = db_time.now()
    for earlier in AppConsent.objects.select_for_update().filter(user=user, app=app, until=None):
        _end(earlier, now, by=None)
    consent = AppConsent.objects.create(
        user=user,
        app=app,
        scopes=sorted(scopes),
        since=now,
        ends_at=now + timedelta(days=days),
    )
    AppConsentPerson.objects.bulk_create(
        AppConsentPerson(consent=consent, citizen=one) for one in people
    )
    return consent


@transaction.atomic
def end(consent: AppConsent, *, by: "User") -> None:
    """End a consent, with all tokens that hang on it. Twice changes nothing."""
    fresh = AppConsent.objects.select_for_update().filter(pk=consent.pk, until=None).first()
    if fresh is not None:
        _end(fresh, db_time.now(), by=by)


def behind(token: AccessToken | RefreshToken) -> AppConsent | None:
    """Return the consent that a token stands on; None when there is none any more.

    A token from before the user signed out everywhere, or of a closed account, stands on nothing.
    """
    user = token.user
    if user is None or not user.is_active or user.closed_at is not None:
        return None
    if user.sessions_ended_at is not None and token.created <= user.sessions_ended_at:
        return None
    return AppConsent.objects.live().filter(user=user, app=token.application).first()


def given_by(user: "User") -> AppConsentQuerySet:
    """Return all that the user ever agreed to."""
    return AppConsent.objects.filter(user=user).select_related("app")


def live_of(user: "User") -> AppConsentQuerySet:
    """Return what the user agreed to and counts now."""
    return given_by(user).live()


@dataclass(frozen=True)
class Shown:
    """A consent as its citizen reads it. may: what, in words; last_read: None for never."""

    consent: AppConsent
    people: Sequence[str]
    may: Sequence[str]
    last_read: datetime | None


def of(user: "User") -> list[Shown]:
    """Return the consents that count now, the newest first."""
    rows = list(live_of(user).prefetch_related("people__merged_into"))
    read = dict(
        RecordVisit.objects.filter(
            user=user, why=RecordVisit.Why.APP, app__in=[one.app.name for one in rows]
        )
        .order_by()
        .values_list("app")
        .annotate(last=Max("at"))
    )
    return [
        Shown(
            consent=one,
            people=sorted({person.kept.full_name for person in one.people.all()}),
            may=[str(OF_CITIZENS[scope]) for scope in OF_CITIZENS if scope in one.scopes],
            last_read=read.get(one.app.name),
        )
        for one in rows
    ]


def _end(consent: AppConsent, now: datetime, *, by: "User | None") -> None:
    """End it; what the app holds is worth nothing already, and is removed."""
    consent.until = now
    consent.ended_by = by
    consent.save(update_fields=["until", "ended_by"])
    held = {"user": consent.user, "application": consent.app}
    Grant.objects.filter(**held).delete()
    AccessToken.objects.filter(**held).delete()
    RefreshToken.objects.filter(**held, revoked=None).update(revoked=now)
