"""Who records doses, at which site, and about whom nobody may."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.identity import is_verified
from citizens.access import is_own_or_family
from citizens.models import Citizen
from doses.models import Dose, VaccinationSession
from doses.sites import KINDS_GIVING_DOSES
from organizations.models import Membership, Organization
from organizations.queries import with_predecessors

if TYPE_CHECKING:
    from accounts.models import User

Roles = Membership.Role


def sites_of(user: "User") -> QuerySet[Organization]:
    """Return the open sites for which the user records: reviewers and leads of each."""
    reached = Organization.objects.open().within_reach(user, Roles.REVIEWER, Roles.LEAD)
    return reached.filter(kind__in=KINDS_GIVING_DOSES).order_by("path")


def leads(user: "User", site: Organization) -> bool:
    """Whether the user leads this site: only a lead says what is sent in its name."""
    return Organization.objects.open().within_reach(user, Roles.LEAD).filter(pk=site.pk).exists()


def sessions_of(user: "User") -> QuerySet[VaccinationSession]:
    """Return the sessions of the user's sites, those of closed predecessors included."""
    sites = with_predecessors(sites_of(user)).order_by().values("pk")
    return VaccinationSession.objects.filter(organization__in=sites).select_related("organization")


def doses_of(user: "User") -> QuerySet[Dose]:
    """Return the doses that the user's sites gave, those of closed predecessors included."""
    sites = with_predecessors(sites_of(user)).order_by().values("pk")
    return Dose.objects.filter(organization__in=sites).select_related(
        "vaccine", "organization", "citizen", "session"
    )


def require_verified(user: "User") -> None:
    """Raise PermissionDenied for somebody whose identity nobody has verified."""
    if not is_verified(user):
        raise PermissionDenied(
            _("Your identity is not verified yet. Ask the lead of your site to verify it.")
        )


def refuse_own_or_unverified(user: "User", citizen: Citizen) -> None:
    """Raise PermissionDenied for somebody's own dose or their family's, or without an identity.

    Product rule 10: nobody decides about themselves or their family.
    """
    require_verified(user)
    if is_own_or_family(user, citizen):
        raise PermissionDenied(
            _("This is your own record or one of your family. A colleague must do this.")
        )
