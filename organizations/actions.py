"""Memberships: appoint people. Re-exports the changes of the tree (tree.py)."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from organizations.models import Membership, Organization
from organizations.tree import (
    CannotArrange,
    CannotClose,
    change_details,
    close,
    merge,
    move,
    open_organization,
)
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


__all__ = [
    "CannotAppoint",
    "CannotArrange",
    "CannotClose",
    "appoint",
    "change_details",
    "close",
    "may_manage",
    "merge",
    "move",
    "open_organization",
]


class CannotAppoint(Exception):
    """The organization is closed: nobody can be appointed there."""


def may_manage(user: "User", organization: Organization) -> bool:
    """Whether the user may appoint people here: its lead, an officer above it, an administrator."""
    if user.is_superuser:
        return True
    roles = (Membership.Role.LEAD, Membership.Role.OFFICER)
    reach = Organization.objects.within_reach(user, *roles)
    return reach.filter(pk=organization.pk).exists()


def _require_may_manage(user: "User | None", organization: Organization) -> None:
    # None is the system itself: set-up commands and demo data.
    if user is not None and not may_manage(user, organization):
        raise PermissionDenied


@transaction.atomic
def appoint(
    user: "User", organization: Organization, role: str, *, by: "User | None"
) -> Membership:
    """Give the user a role at an organization from now on; no change if they have it already.

    `by` is None for the system. Two simultaneous appointments result in one membership. Raises
    PermissionDenied when `by` may not appoint here, CannotAppoint when the organization is closed.
    """
    _require_may_manage(by, organization)
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if not organization.is_open:
        raise CannotAppoint
    held = (
        Membership.objects.standing().of(user).filter(organization=organization, role=role).first()
    )
    return held or Membership.objects.create(
        user=user, organization=organization, role=role, since=db_time.now(), appointed_by=by
    )
