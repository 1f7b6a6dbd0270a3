"""Sharing a certificate: a link that shows it to whoever has it, until a set time.

Of the token, 128 random bits, the hash alone is stored: the link is shown once, when it is made. It
follows its certificate to its end and never on to the one that takes its place.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.card import Held, held_in
from certificates.checking import Checked, check_text
from certificates.models import Certificate, Share, ShareOpening
from citizens.models import Citizen
from vaxreg import db_time
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

TOKEN_BYTES = 16
# Links of one person that are open at the same time.
MOST_OPEN = 10
# Links that have ended, and openings of each link, that a page shows.
MOST_ENDED = 10
MOST_OPENINGS = 20


class Lasting(models.TextChoices):
    """For how long a link is good."""

    HOUR = "hour", gettext_lazy("1 hour")
    DAY = "day", gettext_lazy("24 hours")
    WEEK = "week", gettext_lazy("7 days")


TIMES = {
    Lasting.HOUR: timedelta(hours=1),
    Lasting.DAY: timedelta(days=1),
    Lasting.WEEK: timedelta(days=7),
}


@dataclass(frozen=True)
class SharedLink:
    """A link as its owner sees it. number: "2/2"; openings: the newest of them, newest first."""

    share: Share
    number: str
    vaccine: str
    opened: int
    openings: Sequence[datetime]

    @property
    def ended_at(self) -> datetime:
        """When it ended, or ends."""
        return self.share.ended_at or self.share.expires_at


@dataclass(frozen=True)
class Shown:
    """What whoever opens a link sees: the certificate, and what counts of it now."""

    held: Held
    checked: Checked
    expires_at: datetime


@transaction.atomic
def share(certificate: Certificate, *, lasting: str, by: "User") -> tuple[Share, str]:
    """Make a link; return it with its address, which nobody can read again.

    Raises PermissionDenied for somebody who may not open the record, and ValidationError for a
    certificate that counts no more, or with too many open links.
    """
    if not Citizen.objects.parts_linked_to(by).filter(pk=certificate.citizen_id).exists():
        raise PermissionDenied
    # Two links that are made at the same time wait for each other, so that they count each other.
    kept = certificate.citizen.merged_into_id or certificate.citizen_id
    Citizen.objects.select_for_update(of=("self",), no_key=True).get(pk=kept)
    now = db_time.now()
    if not Certificate.objects.filter(
        pk=certificate.pk, status=Certificate.Status.CURRENT
    ).exists():
        raise ValidationError(_("This certificate counts no more. Share the one that does."))
    parts = Citizen.objects.whole(certificate.citizen)
    if Share.objects.live(now).filter(certificate__citizen__in=parts).count() >= MOST_OPEN:
        raise ValidationError(
            _("%(count)s links are open already. End one of them below, then make another.")
            % {"count": MOST_OPEN}
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = Share.objects.create(
        certificate=certificate,
        made_by=by,
        token_hash=hashed(token),
        made_at=now,
        expires_at=now + TIMES[Lasting(lasting)],
    )
    return made, absolute(reverse("shared", args=[token]))


@transaction.atomic
def end(public_id: UUID, *, by: "User") -> Share | None:
    """End a link of a record that the user may open; None for another's. Ending it twice is once."""
    parts = Citizen.objects.parts_linked_to(by)
    found = (
        Share.objects.select_for_update(of=("self",))
        .filter(public_id=public_id, certificate__citizen__in=parts)
        .select_related("certificate__citizen")
        .first()
    )
    now = db_time.now()
    if found is not None and found.ended_at is None and found.expires_at > now:
        found.ended_at, found.ended_by = now, by
        found.save(update_fields=["ended_at", "ended_by"])
    return found


def open_link(token: str, *, counts: bool) -> Shown | None:
    """Return what a link shows now; None for an unknown one and one that has ended.

    It ends as well when whoever made it may not open the record any more. counts: whether it is
    stored that somebody opened it.
    """
    now = db_time.now()
    found = (
        Share.objects.live(now)
        .filter(token_hash=hashed(token), made_by__is_active=True)
        .select_related("certificate__dose__vaccine", "made_by")
        .first()
    )
    if found is None:
        return None
    certificate = found.certificate
    may_open = Citizen.objects.parts_linked_to(found.made_by)
    if not may_open.filter(pk=certificate.citizen_id).exists():
        return None
    (held,) = held_in([certificate])
    if counts:
        ShareOpening.objects.create(share=found, at=now)
    return Shown(held, check_text(held.text, now), found.expires_at)


def links_of(person: Citizen) -> tuple[list[SharedLink], list[SharedLink]]:
    """Return the links of a person that are open, and the last ones that have ended."""
    now = db_time.now()
    rows = (
        Share.objects.filter(certificate__citizen__in=Citizen.objects.whole(person))
        .select_related("certificate__dose__vaccine")
        .annotate(opened=Count("openings"))
        .order_by("-pk")
    )
    live = list(rows.live(now))
    ended = list(rows.exclude(pk__in=[one.pk for one in live])[:MOST_ENDED])
    rows_shown = [*live, *ended]
    held = held_in([one.certificate for one in rows_shown])
    times = _newest_openings(rows_shown)
    opened: dict[int, int] = {
        row.pk: row.opened  # type: ignore[attr-defined]
        for row in rows_shown
    }
    links = [
        SharedLink(row, said.number, said.vaccine, opened[row.pk], times.get(row.pk, []))
        for row, said in zip(rows_shown, held, strict=True)
    ]
    return links[: len(live)], links[len(live) :]


def hashed(token: str) -> str:
    """Return the hash to store; a token is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _newest_openings(shares: Sequence[Share]) -> dict[int, list[datetime]]:
    newest_first = Window(RowNumber(), partition_by=F("share"), order_by=F("pk").desc())
    rows = (
        ShareOpening.objects.filter(share__in=shares)
        .annotate(place=newest_first)
        .filter(place__lte=MOST_OPENINGS)
        .order_by("-pk")
    )
    found: dict[int, list[datetime]] = {}
    for share_id, at in rows.values_list("share", "at"):
        found.setdefault(share_id, []).append(at)
    return found
