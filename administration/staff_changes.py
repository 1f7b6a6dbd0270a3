"""Changes of staff with their effect on cases: shows the consequences, and carries them out.

The acts are in organizations/staffing.py. Here the claims of a person who loses the right to decide
are given back in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from accounts.models import User
from corrections import actions
from corrections.lifecycle import OPEN, Status
from corrections.models import Correction, CorrectionQuerySet
from corrections.routing import desks
from organizations import remaining, staffing
from organizations.models import Membership, Organization


@dataclass(frozen=True)
class Consequence:
    """The effect on one organization when a person's memberships there end or are suspended."""

    organization: Organization
    # Number of cases that the person has claimed; they are given back.
    claims: int
    # Nobody is left who decides: `waiting` open cases, and new ones go to `next_up`.
    empties: bool
    waiting: int
    next_up: Organization | None
    last_officer: bool

    @property
    def is_grave(self) -> bool:
        """Whether the page asks to confirm it with a checkbox."""
        return self.empties or self.last_officer


def consequences(going: Sequence[Membership], *, becomes: str = "") -> list[Consequence]:
    """Return the consequences, per organization, when memberships of one person end.

    becomes: the new role of the person there, if any; hotline agents decide nothing.
    """
    live = [one for one in going if one.suspended_at is None]
    if not live:
        return []
    cases = Correction.objects.filter(holder__in=[one.organization_id for one in live])
    waiting = _counts(cases.filter(status__in=OPEN))
    claims = _counts(cases.filter(status=Status.IN_REVIEW, reviewer=live[0].user_id))
    goes_on = bool(becomes) and becomes != Membership.Role.HOTLINE
    found = []
    for organization in {one.organization.pk: one.organization for one in live}.values():
        here = [one for one in live if one.organization_id == organization.pk]
        empties = not goes_on and remaining.without_reviewer(organization, here)
        found.append(
            Consequence(
                organization=organization,
                claims=0 if goes_on else claims.get(organization.pk, 0),
                empties=empties,
                waiting=waiting.get(organization.pk, 0),
                next_up=_next_up(organization) if empties else None,
                last_officer=remaining.without_officer(organization, here),
            )
        )
    return found


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User) -> Membership:
    """Change a role; if the new role decides nothing, the person's claims are given back."""
    changed = staffing.change_role(membership, role, by=by)
    actions.give_up_claims(changed.user)
    return changed


@transaction.atomic
def suspend(membership: Membership, *, by: User, reason: str) -> Membership:
    """Suspend a membership; the person's claims there are given back."""
    held = staffing.suspend(membership, by=by, reason=reason)
    actions.give_up_claims(held.user)
    return held


@transaction.atomic
def end(membership: Membership, *, by: User, reason: str) -> Membership:
    """End a membership; the person's claims there are given back."""
    held = staffing.end(membership, by=by, reason=reason)
    actions.give_up_claims(held.user)
    return held


@transaction.atomic
def suspend_account(person: User, *, by: User, reason: str) -> None:
    """Suspend the staff sign-in of a person; all their claims are given back."""
    staffing.suspend_account(person, by=by, reason=reason)
    actions.give_up_claims(person)


def _counts(cases: CorrectionQuerySet) -> dict[int, int]:
    counted = cases.order_by().values("holder").annotate(n=Count("pk"))
    return {row["holder"]: row["n"] for row in counted}


def _next_up(organization: Organization) -> Organization | None:
    try:
        return desks.above_or_hotline(organization)
    except desks.NoDesk:
        return None
