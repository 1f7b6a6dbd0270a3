"""Whom to call about a site: its phone, its staff with their last sign-in, and the levels above.

The phone number is shown for an hour after a press that leaves a row: who, when and why.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from corrections.access import READING_ROLES
from corrections.routing.desks import stand_ins
from messaging.queries import unreachable_by_email
from organizations.models import Membership, Organization
from organizations.queries import ancestors
from oversight.models import ContactReveal
from oversight.silence import BOUNCED_WITHIN, NO_SIGN_IN_FOR

if TYPE_CHECKING:
    from accounts.models import User


# How long a number that was asked for stays on the officer's page.
SHOWN_FOR = timedelta(hours=1)
# Rows that are read to know whether this officer asked lately, and those that the page lists.
LATEST, LISTED = 20, 3


@dataclass(frozen=True)
class Worker:
    """A member of staff: their roles, whether they decide, and their last sign-in."""

    user: "User"
    roles: list[str]
    decides: bool
    is_long_away: bool
    email_fails: bool


@dataclass(frozen=True)
class ContactCard:
    """The contact data of an organization.

    receives: who gets what is sent to it; the organization itself if it can receive. phone: empty
    until the officer has asked for it. reveals: who was shown it last.
    """

    organization: Organization
    staff: list[Worker]
    above: list[Organization]
    receives: Organization | None
    phone: str
    reveals: list[ContactReveal]

    @property
    def can_receive(self) -> bool:
        """New cases go to this organization itself."""
        return self.receives is not None and self.receives.pk == self.organization.pk

    @property
    def deciders(self) -> int:
        """Number of staff who decide there now."""
        return sum(one.decides for one in self.staff)


def reveal(
    organization: Organization, *, by: "User", why: ContactReveal.Why, now: datetime
) -> ContactReveal:
    """Store that the officer is shown the phone number; their page then has it for an hour."""
    return ContactReveal.objects.create(user=by, organization=organization, why=why, at=now)


def card(organization: Organization, user: "User", now: datetime) -> ContactCard:
    """Return the contact data of one organization for an officer, without closed accounts."""
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
    asked = ContactReveal.objects.filter(organization=organization).select_related("user")
    reveals = list(asked[:LATEST])
    is_shown = any(one.user_id == user.pk and one.at > now - SHOWN_FOR for one in reveals)
    return ContactCard(
        organization,
        [_worker(held, now, set(bouncing)) for held in people.values()],
        ancestors(organization),
        stand_ins([organization])[organization.pk],
        phone=organization.phone if is_shown else "",
        reveals=reveals[:LISTED],
    )


def has_parts(organization: Organization) -> bool:
    """Tell whether organizations are below this one: then the reminder goes to all of them."""
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
