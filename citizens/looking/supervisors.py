"""Who supervises how somebody looks at records: the lead of the site, and the health officers above.

A lead supervises the reviewers and agents of the own organization; a health officer everybody
beneath, and those of the own organization who are no health officers. Above the ministry is nobody:
its health officers supervise each other. Nobody supervises themselves, by another account neither.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from citizens.access import is_same_person
from organizations.models import Membership, Organization
from organizations.queries import held_roles
from organizations.staffing import GIVEN_BY_LEADS
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Roles = Membership.Role
# Whose work has ended stays on the page for as long as the rows behind its numbers.
KEPT = timedelta(days=30)


def supervised_by(user: "User") -> QuerySet[Membership]:
    """Return the memberships that the user supervises: of today, and of those who left lately."""
    mine = Q(pk__in=[])
    for held in held_roles(user):
        place = held.organization
        if held.role == Roles.LEAD:
            mine |= Q(organization=place, role__in=sorted(GIVEN_BY_LEADS))
        elif held.role == Roles.OFFICER:
            beneath = Q(organization__path__startswith=place.path)
            if place.kind != Organization.Kind.MINISTRY:
                beneath &= ~Q(organization=place, role=Roles.OFFICER)
            mine |= beneath
    lately = Q(until=None) | Q(until__gt=db_time.now() - KEPT)
    return Membership.objects.filter(mine, lately).exclude(user=user)


def supervises(user: "User", person: "User") -> bool:
    """Whether the user reviews what this person looked at, and lifts a stop."""
    if not supervised_by(user).filter(user=person).exists():
        return False
    return not is_same_person(user, person.pk)


def supervisors_of(person: "User") -> list["User"]:
    """Return who is told about this person: the lead, and the nearest health officers above.

    Only people who can be written to; none where nobody is.
    """
    found: dict[int, User] = {}
    for held in held_roles(person):
        place = held.organization
        line = [place.pk, *place.ancestor_ids]
        live = Membership.objects.live().can_be_told().exclude(user=person).select_related("user")
        if held.role in GIVEN_BY_LEADS:
            leads = live.filter(organization=place, role=Roles.LEAD)
            found |= {one.user_id: one.user for one in leads}
        officers = live.filter(organization__in=line, role=Roles.OFFICER)
        if held.role == Roles.OFFICER and place.kind != Organization.Kind.MINISTRY:
            officers = officers.exclude(organization=place)
        nearest = officers.order_by("-organization__path").values_list("organization", flat=True)
        found |= {one.user_id: one.user for one in officers.filter(organization=nearest.first())}
    return [one for _pk, one in sorted(found.items()) if not is_same_person(one, person.pk)]
