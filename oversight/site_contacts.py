"""Whom to call about a site: its phone, its people with their last sign-in, and who stands above."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from corrections.access import READING_ROLES
from corrections.routing.desks import stand_ins
from messaging.queries import unreachable_by_email
from organizations.models import Membership, Organization
from organizations.queries import ancestors
from oversight.silence import BOUNCED_WITHIN, NO_SIGN_IN_FOR

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Worker:
    """Somebody who works at a site: in which roles, whether she decides, and when she was last in."""

    user: "User"
    roles: list[str]
    decides: bool
    is_long_away: bool
    email_fails: bool


@dataclass(frozen=True)
class ContactCard:
    """An organization as somebody needs it who wants to reach it.

    receives: who gets what is sent to it; the organization itself, unless it cannot.
    """

    organization: Organization
    staff: list[Worker]
    above: list[Organization]
    receives: Organization | None

    @property
    def can_receive(self) -> bool:
        """Whether new cases arrive on its own desk."""
        return self.receives is not None and self.receives.pk == self.organization.pk

    @property
    def deciders(self) -> int:
        """How many people decide there at present."""
        return sum(one.decides for one in self.staff)


def card(organization: Organization, now: datetime) -> ContactCard:
    """Return the card of one organization; closed accounts are left out."""
    works = list(
        Membership.objects.live()
        .filter(organization=organization, user__is_active=True)
        .select_related("user")
        .order_by("user__full_name", "user", "role")
    )
    bouncing = unreachable_by_email([one.user_id for one in works], now - BOUNCED_WITHIN)
    people: dict[int, list[Membership]] = {}
    for one in works:
        people.setdefault(one.user_id, []).append(one)
    return ContactCard(
        organization,
        [_worker(held, now, set(bouncing)) for held in people.values()],
        ancestors(organization),
        stand_ins([organization])[organization.pk],
    )


def has_parts(organization: Organization) -> bool:
    """Whether anybody stands under this organization: then all of them are reminded at once."""
    return Organization.objects.open().filter(part_of=organization).exists()


def _worker(held: list[Membership], now: datetime, bouncing: set[int]) -> Worker:
    user = held[0].user
    last = user.last_login
    return Worker(
        user=user,
        roles=[one.get_role_display() for one in held],
        decides=any(one.role in READING_ROLES for one in held),
        is_long_away=last is None or now - last > NO_SIGN_IN_FOR,
        email_fails=user.pk in bouncing,
    )
