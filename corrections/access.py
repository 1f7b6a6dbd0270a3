"""Who may see a correction, and in which capacity they act on it. Said here and nowhere else."""

from typing import TYPE_CHECKING

from django.db.models import Exists, Q, QuerySet

from citizens.access import is_own_or_family, parts_of_records_of
from corrections.lifecycle import Party
from organizations.models import Membership, Organization

if TYPE_CHECKING:
    from accounts.models import User
    from corrections.models import Correction

DESK_ROLES = (
    Membership.Role.REVIEWER,
    Membership.Role.LEAD,
    Membership.Role.OFFICER,
    Membership.Role.HOTLINE,
)

# Agents of the hotline are at a desk, but read masked data only, on pages of their own.
READING_ROLES = tuple(role for role in DESK_ROLES if role != Membership.Role.HOTLINE)

AT_THE_DESK = frozenset({Party.REVIEWER, Party.APPEAL_REVIEWER})
DECIDERS = AT_THE_DESK | {Party.OVERSEER}
DECIDING_STEPS = (
    "accept",
    "accept_in_part",
    "refuse",
    "put_forward",
    "countersign",
    "countersign_in_part",
)


def of_own_records(user: "User") -> Q:
    """Corrections about records that the user holds as a citizen or as a guardian."""
    return Q(citizen__in=parts_of_records_of(user).values("pk"))


def on_desks_of(user: "User") -> Q:
    """Corrections held by an organization in which the user works (not by those below it)."""
    desks = Membership.objects.live().filter(user=user, role__in=READING_ROLES)
    return Q(holder__in=desks.values("organization"))


def overseen_by(user: "User") -> Q:
    """Corrections held anywhere in the sub-trees for which the user is a health officer."""
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    return Q(holder__in=reach.values("pk"))


def in_pools_of(user: "User") -> Q:
    """Corrections for which the user may look for a site: without one, on own desks or below them.

    The hotline judges nothing: whatever lies there is to be sent to where it belongs.
    """
    unknown = Q(triage_due_at__isnull=False) & (on_desks_of(user) | overseen_by(user))
    return unknown | Q(holder__in=_hotlines_of(user).values("organization"))


def heard_of(user: "User") -> Q:
    """Corrections that the user may look up for a caller, masked: all of them, or none.

    Only with `hotline.call_of`: the caller was asked who they are first.
    """
    return Q(Exists(_hotlines_of(user)))


def hotline_of(user: "User") -> Organization | None:
    """Return the hotline whose phone the user answers; None for anybody else."""
    membership = _hotlines_of(user).select_related("organization").first()
    return membership.organization if membership else None


def _hotlines_of(user: "User") -> QuerySet[Membership]:
    return Membership.objects.live().filter(
        user=user, role=Membership.Role.HOTLINE, organization__kind=Organization.Kind.HOTLINE
    )


def visible_to(user: "User") -> Q:
    """Everything the user may see: own records, own desks, own sub-trees. Sub-queries only."""
    return of_own_records(user) | on_desks_of(user) | overseen_by(user)


def parties_of(user: "User | None", correction: "Correction") -> frozenset[Party]:
    """Return in which capacities a user acts on a correction; None stands for the system.

    Nobody decides about themselves or their family, whatever badge they wear; nobody decides what
    they filed; and who decided once has no part in the appeal.
    """
    if user is None:
        return frozenset({Party.SYSTEM})
    if is_own_or_family(user, correction.citizen):
        own = parts_of_records_of(user).filter(pk=correction.citizen_id).exists()
        return frozenset({Party.CITIZEN}) if own else frozenset()
    parties = set()
    is_filer = correction.filing.filed_by_id == user.pk
    memberships = Membership.objects.live().filter(user=user).select_related("organization")
    for membership in memberships:
        place, holder = membership.organization, correction.holder
        if is_hotline(membership):
            parties.add(Party.HOTLINE)
        if holder is None or is_filer:
            continue
        if place.pk == holder.pk and membership.role in DESK_ROLES:
            parties.add(Party.APPEAL_REVIEWER if correction.on_appeal else Party.REVIEWER)
        if membership.role == Membership.Role.OFFICER and holder.path.startswith(place.path):
            parties.add(Party.OVERSEER)
    if correction.on_appeal and parties & DECIDERS and has_decided(user, correction):
        parties -= DECIDERS
    return frozenset(parties)


def is_hotline(membership: Membership) -> bool:
    """Tell whether somebody answers the national hotline's phone in this role."""
    return (
        membership.role == Membership.Role.HOTLINE
        and membership.organization.kind == Organization.Kind.HOTLINE
    )


def has_decided(user: "User", correction: "Correction") -> bool:
    """Tell whether the user had a hand in an earlier decision of this case."""
    return correction.events.filter(by=user, step__in=DECIDING_STEPS).exists()


def acting_for(user: "User", correction: "Correction", party: Party) -> Organization | None:
    """Return the organization on whose behalf the user acts in this capacity."""
    if party in AT_THE_DESK:
        return correction.holder
    live = Membership.objects.live().filter(user=user).select_related("organization")
    if party == Party.HOTLINE:
        return next((one.organization for one in live if is_hotline(one)), None)
    if party == Party.OVERSEER and correction.holder is not None:
        for membership in (
            live.filter(role=Membership.Role.OFFICER)
            # The nearest level above the holder comes first: its path is the longest.
            .order_by("-organization__path")
        ):
            if correction.holder.path.startswith(membership.organization.path):
                return membership.organization
    return None
