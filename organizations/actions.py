"""Changes of who works where, and of which organizations stand. The only writers of both."""

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from organizations.models import Membership, Organization
from vaxreg import clock

if TYPE_CHECKING:
    from accounts.models import User


class CannotClose(Exception):
    """An organization with open parts, or whose successor is closed itself, cannot be closed."""


class CannotAppoint(Exception):
    """Nobody is appointed to a closed organization."""


def may_manage(user: "User", organization: Organization) -> bool:
    """Whether the user may appoint people here: its lead, an officer above it, an administrator."""
    if user.is_superuser:
        return True
    roles = (Membership.Role.LEAD, Membership.Role.OFFICER)
    reach = Organization.objects.within_reach(user, *roles)
    return reach.filter(pk=organization.pk).exists()


def _require_may_manage(user: "User | None", organization: Organization) -> None:
    # None stands for the system itself: set-up commands and demo data.
    if user is not None and not may_manage(user, organization):
        raise PermissionDenied


@transaction.atomic
def appoint(
    user: "User", organization: Organization, role: str, *, by: "User | None"
) -> Membership:
    """Let somebody work here in this role from now on; harmless when they do already.

    `by` is None for the system. Two appointments at once end as one. Raises PermissionDenied
    when `by` may not appoint here, CannotAppoint when the organization is closed.
    """
    _require_may_manage(by, organization)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if not organization.is_open:
        raise CannotAppoint
    held = Membership.objects.live().filter(user=user, organization=organization, role=role).first()
    return held or Membership.objects.create(
        user=user, organization=organization, role=role, since=clock.now(), appointed_by=by
    )


@transaction.atomic
def end_membership(membership: Membership, *, by: "User | None") -> Membership:
    """End a membership now; one that has ended stays as it is. Raises PermissionDenied."""
    membership = Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)
    _require_may_manage(by, membership.organization)
    now = clock.now()
    if membership.until is None or membership.until > now:
        membership.until = max(now, membership.since)
        membership.ended_by = by
        membership.save(update_fields=["until", "ended_by"])
    return membership


@transaction.atomic
def close(
    organization: Organization,
    *,
    by: "User | None",
    successor: Organization | None = None,
    on: date | None = None,
) -> Organization:
    """Close an organization: nobody works there any more, its successor takes what comes.

    What it holds at that moment is passed on by the room that holds it. Raises CannotClose when
    it still has open parts or the successor is closed; PermissionDenied.
    """
    _require_may_manage(by, organization)
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    if not organization.is_open:
        return organization
    if Organization.objects.open().under(organization).exclude(pk=organization.pk).exists():
        raise CannotClose
    if successor is not None and (not successor.is_open or successor.pk == organization.pk):
        raise CannotClose
    now = clock.now()
    Membership.objects.live(now).filter(organization=organization).update(until=now, ended_by=by)
    organization.closed_on = on or timezone.localdate(now)
    organization.successor = successor
    organization.save(update_fields=["closed_on", "successor"])
    return organization
