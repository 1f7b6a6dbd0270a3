"""What a health officer may do about a case, and which cases left an organization."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from citizens.access import is_same_person
from corrections import access, lifecycle
from corrections.lifecycle import Party
from corrections.models import Correction, Holding
from corrections.parties import acting_organization, is_concerned, parties_of, steps_of
from organizations.models import Membership, Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

MOST_MOVED = 20


@dataclass(frozen=True)
class Acts:
    """The steps that an officer may take on a case now, and why others are not possible.

    steps: names in lifecycle.STEPS.
    """

    steps: Sequence[str]
    reminded_at: datetime | None
    is_family: bool
    is_own_filing: bool
    is_on_own_desk: bool
    is_overdue: bool


def acts(user: "User", case: Correction) -> Acts:
    """Return what this officer may do about this case now."""
    now = db_time.now()
    parties = parties_of(user, case)
    reminded = case.reminded_lately(now)
    late = case.is_overdue(now)
    possible = set(steps_of(user, case, parties & {Party.OVERSEER}))
    if reminded:
        possible.discard("remind")
    own = Party.REVIEWER in parties or Party.APPEAL_REVIEWER in parties
    if not late or own:
        possible.discard("take_over")
    if own:
        possible.discard("remind")
    return Acts(
        steps=[step for step in lifecycle.STEPS if step in possible],
        reminded_at=case.reminded_at if reminded else None,
        is_family=is_concerned(user, case),
        is_own_filing=is_same_person(user, case.filing.filed_by_id),
        is_on_own_desk=own and case.is_open,
        is_overdue=late,
    )


def desk_of(user: "User", case: Correction) -> Organization | None:
    """Return the organization for which the officer acts on a case."""
    return acting_organization(user, case, Party.OVERSEER)


def own_desks(user: "User") -> set[int]:
    """Return the ids of the organizations where the officer works: they decide the cases there."""
    own = Membership.objects.live().of(user).in_roles(access.DESK_ROLES)
    return set(own.values_list("organization", flat=True))


def is_own_desk(user: "User", organization: Organization) -> bool:
    """Tell whether the officer works there: then they decide its cases and remind nobody."""
    return organization.pk in own_desks(user)


def moved_away(organization: Organization, user: "User") -> list[Correction]:
    """Return open cases that this organization held before and that others hold now."""
    held_before = Holding.objects.filter(correction=OuterRef("pk"), organization=organization)
    return list(
        Correction.objects.open()
        .filter(access.overseen_by(user), Exists(held_before))
        .exclude(holder=organization)
        .select_related("holder")
        .order_by("due_at", "pk")[:MOST_MOVED]
    )
