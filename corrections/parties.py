"""The parties of a user on one case: citizen, reviewer, overseer, hotline, system."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from accounts.identity import is_verified
from citizens.access import (
    accounts_of_person,
    is_number_of,
    is_own_or_family,
    is_same_person,
    parts_of_records_of,
)
from citizens.facts import IdentityField, OtherField
from corrections import lifecycle
from corrections.lifecycle import Party, Status
from organizations.models import Membership, Organization
from organizations.queries import current_holder, line_of_succession

if TYPE_CHECKING:
    from accounts.models import User
    from corrections.models import Correction
from corrections.access import DESK_ROLES, is_hotline

AT_THE_DESK = frozenset({Party.REVIEWER, Party.APPEAL_REVIEWER})


DECIDERS = AT_THE_DESK | {Party.OVERSEER}


FAR_ABOVE = (Organization.Kind.PROVINCIAL_DEPARTMENT, Organization.Kind.MINISTRY)
# Proposed facts that are an ID number: of the person, or of the other record of the same person.
ID_NUMBERS = (IdentityField.ID_NUMBER, OtherField.ID_NUMBER)


DECIDING_STEPS = (
    "accept",
    "accept_in_part",
    "refuse",
    "cannot_confirm",
    "put_forward",
    "countersign",
    "countersign_in_part",
)


def overseen_among(user: "User", cases: Iterable["Correction"]) -> set[int]:
    """Return the ids of those cases that `access.overseen_by` lets the user see.

    For the rows of one page, whose holders are loaded: the sub-query would read the whole sub-tree.
    """
    paths = tuple(desk.path for desk in officer_desks(user))
    return {
        case.pk
        for case in cases
        if case.holder
        and any(one.path.startswith(paths) for one in line_of_succession(case.holder))
    }


def parties_of(user: "User | None", correction: "Correction") -> frozenset[Party]:
    """Return the parties of a user on a correction; None is the system.

    Nobody decides about themselves, their family, or what they filed, whatever their role is. Who
    took part in the first decision cannot decide the appeal.
    """
    if user is None:
        return frozenset({Party.SYSTEM})
    if is_concerned(user, correction):
        own = parts_of_records_of(user).filter(pk=correction.citizen_id).exists()
        return frozenset({Party.CITIZEN}) if own else frozenset()
    parties = set()
    is_filer = is_same_person(user, correction.filing.filed_by_id)
    holder = correction.holder
    standing = acting_holder(holder)
    memberships = Membership.objects.live().filter(user=user).select_related("organization")
    for membership in memberships:
        place = membership.organization
        if is_hotline(membership):
            parties.add(Party.HOTLINE)
        if holder is None or standing is None or is_filer:
            continue
        if place.pk == standing.pk and membership.role in DESK_ROLES:
            parties.add(Party.APPEAL_REVIEWER if correction.on_appeal else Party.REVIEWER)
        paths = (holder.path, standing.path)
        is_above = any(path.startswith(place.path) for path in paths)
        if membership.role == Membership.Role.OFFICER and is_above:
            parties.add(Party.OVERSEER)
    if correction.on_appeal and parties & DECIDERS and has_decided(user, correction):
        parties -= DECIDERS
    return frozenset(parties)


def is_concerned(user: "User", correction: "Correction") -> bool:
    """Whether the case is about the user or their family, so that they never decide it.

    Whoever would put their own number on a record, or merge theirs with it, is concerned as well.
    """
    proposed = correction.proposed
    return any(
        is_number_of(user, proposed.get(name, "")) for name in ID_NUMBERS
    ) or is_own_or_family(user, correction.citizen)


def reads_masked(user: "User", correction: "Correction") -> bool:
    """Whether the user oversees the case from far above, and reads numbers masked and no photo.

    Officers of a province and of the ministry do, unless they act on the case: it lies with them,
    or they are one of those who decide it.
    """
    parties = parties_of(user, correction)
    if Party.OVERSEER not in parties or parties & AT_THE_DESK:
        return False
    if user.pk in {correction.reviewer_id, correction.first_by_id, correction.decided_by_id}:
        return False
    if "countersign" in steps_of(user, correction, parties):
        return False
    desk = acting_organization(user, correction, Party.OVERSEER)
    return desk is not None and desk.kind in FAR_ABOVE


def steps_of(user: "User", correction: "Correction", parties: Iterable[Party]) -> list[str]:
    """Return the names of the steps that the user may take now, as one of these parties.

    Staff whose identity is not verified take no step that decides.
    """
    status = Status(correction.status)
    steps = lifecycle.possible(status, parties)
    if lifecycle.DECIDING.isdisjoint(steps) or is_verified(user):
        return steps
    return lifecycle.possible(status, parties, may_decide=False)


def acting_holder(holder: Organization | None) -> Organization | None:
    """Return who acts for the holder: the successor when it has closed."""
    return (current_holder(holder) or holder) if holder is not None else None


def has_decided(user: "User", correction: "Correction") -> bool:
    """Tell whether the user took part in an earlier decision of this case."""
    decisions = correction.events.filter(step__in=DECIDING_STEPS)
    return decisions.filter(by__in=accounts_of_person(user)).exists()


def acting_organization(
    user: "User", correction: "Correction", party: Party
) -> Organization | None:
    """Return the organization on whose behalf the user acts as this party."""
    if party in AT_THE_DESK:
        return acting_holder(correction.holder)
    live = Membership.objects.live().filter(user=user).select_related("organization")
    if party == Party.HOTLINE:
        return next((one.organization for one in live if is_hotline(one)), None)
    holder = correction.holder
    if party == Party.OVERSEER and holder is not None:
        return officer_desk(user, acting_holder(holder) or holder) or officer_desk(user, holder)
    return None


def officer_desk(user: "User", organization: Organization) -> Organization | None:
    """Return the nearest organization above for which the user is a health officer."""
    return nearest(officer_desks(user), organization)


def officer_desks(user: "User") -> list[Organization]:
    """Return the organizations for which the user is a health officer, the lowest level first."""
    officers = Membership.objects.live().filter(user=user, role=Membership.Role.OFFICER)
    # A lower level has a longer path.
    found = officers.select_related("organization").order_by("-organization__path")
    return [membership.organization for membership in found]


def nearest(above: Iterable[Organization], organization: Organization) -> Organization | None:
    """Return the first of `above` whose sub-tree contains the organization."""
    return next((one for one in above if organization.path.startswith(one.path)), None)
