"""Who is left at an organization when memberships end or are suspended."""

from collections.abc import Iterable

from organizations.models import Membership, MembershipQuerySet, Organization

Roles = Membership.Role


def without_reviewer(organization: Organization, going: Iterable[Membership]) -> bool:
    """Whether somebody can decide here now, and nobody could without these memberships."""
    able = Organization.objects.able_to_receive().filter(pk=organization.pk)
    if not able.exists():
        return False
    deciding = [Roles.REVIEWER, Roles.LEAD, Roles.OFFICER]
    if organization.kind == Organization.Kind.HOTLINE:
        deciding.append(Roles.HOTLINE)
    return not _others(organization, going).in_roles(deciding).exists()


def without_officer(organization: Organization, going: Iterable[Membership]) -> bool:
    """Whether these are the last officers of an organization."""
    officers = [one for one in going if one.role == Roles.OFFICER]
    if not officers:
        return False
    return not _others(organization, officers).in_roles([Roles.OFFICER]).exists()


def _others(organization: Organization, going: Iterable[Membership]) -> MembershipQuerySet:
    others: MembershipQuerySet = (
        Membership.objects.live()
        .filter(organization=organization, user__is_active=True)
        .exclude(pk__in=[one.pk for one in going])
    )
    return others
