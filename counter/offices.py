"""For which offices somebody writes down what people report: sites, and health offices above them."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from corrections import access
from organizations.models import Organization, OrganizationQuerySet
from recording.access import sites_of

if TYPE_CHECKING:
    from accounts.models import User


def offices_of(user: "User") -> OrganizationQuerySet:
    """Return the open offices in which the user works, and the sites for which they record."""
    own = access.offices_of(user).order_by().values("pk")
    sites = sites_of(user).order_by().values("pk")
    found: OrganizationQuerySet = Organization.objects.open().filter(
        Q(pk__in=own) | Q(pk__in=sites)
    )
    return found.order_by("path")


def first_office_of(user: "User") -> Organization:
    """Return the highest of these offices. Raises PermissionDenied for who works in none."""
    office = offices_of(user).first()
    if office is None:
        raise PermissionDenied(
            _("These pages are for the staff of vaccination sites and health offices.")
        )
    return office
