"""Staff and the cases in their hands: what taking somebody's rights means, and doing it.

The acts themselves are in organizations/staffing.py; here the claims of whoever loses the right to
decide are given back in the same transaction.
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
from organizations import staffing
from organizations.models import Membership, Organization


@dataclass(frozen=True)
class Consequence:
    """What happens at one organization when memberships there give no rights any more."""

    organization: Organization
    # Cases in the hands of the person, which are given back.
    claims: int
    # Nobody is left who decides: so many cases lie there, and new ones go to `next_up`.
    empties: bool
    waiting: int
    next_up: Organization | None
    last_officer: bool

    @property
    def is_grave(self) -> bool:
        """Whether somebody should say twice that it is meant."""
        return self.empties or self.last_officer


def consequences(going: Sequence[Membership], *, becomes: str = "") -> list[Consequence]:
    """Return what follows, per organization, when one person's memberships go.

    becomes: the role in which she goes on working there; hotline agents decide nothing.
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
        empties = not goes_on and staffing.without_reviewer(organization, here)
        found.append(
            Consequence(
                organization=organization,
                claims=0 if goes_on else claims.get(organization.pk, 0),
                empties=empties,
                waiting=waiting.get(organization.pk, 0),
                next_up=_next_up(organization) if empties else None,
                last_officer=staffing.without_officer(organization, here),
            )
        )
    return found


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User) -> Membership:
    """Change a role; claims that the new one does not cover are given back."""
    changed = staffing.change_role(membership, role, by=by)
    actions.give_up_claims(changed.user)
    return changed


@transaction.atomic
def suspend(membership: Membership, *, by: User, reason: str) -> Membership:
    """Suspend a membership; what the person had picked up there waits for colleagues again."""
    held = staffing.suspend(membership, by=by, reason=reason)
    actions.give_up_claims(held.user)
    return held


@transaction.atomic
def end(membership: Membership, *, by: User, reason: str) -> Membership:
    """End a membership; what the person had picked up there waits for colleagues again."""
    held = staffing.end(membership, by=by, reason=reason)
    actions.give_up_claims(held.user)
    return held


@transaction.atomic
def suspend_account(person: User, *, by: User, reason: str) -> None:
    """Shut the door of staff for somebody, whose cases wait for colleagues again."""
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
