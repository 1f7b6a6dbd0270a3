"""Browsing the tree: one level or a search by name, with keyset pagination and counts."""

from django.db.models import Count

from organizations.models import Membership, Organization, OrganizationQuerySet
from vaxreg import paging
from vaxreg.paging import Key, Page
from vaxreg.uuids import with_public_id

PAGE_SIZE = 25


def below(top: Organization, *, words: str = "", closed: bool = False) -> OrganizationQuerySet:
    """Return the direct parts of an organization; with `words`, matches in its whole sub-tree.

    closed: include closed organizations.
    """
    if words.strip():
        found = Organization.objects.under(top).exclude(pk=top.pk).named(words)
    else:
        found = Organization.objects.filter(part_of=top)
    return found if closed else found.open()


def page(
    organizations: OrganizationQuerySet, *, after: str = "", before: str = ""
) -> Page[Organization]:
    """Return up to PAGE_SIZE organizations in the order of their names."""
    return paging.page(
        organizations.select_related("area", "successor", "part_of"),
        ("search_name", "pk"),
        {"after": after, "before": before},
        size=PAGE_SIZE,
        key_of=_key_of,
        mark_of=lambda organization: str(organization.public_id),
    )


def staff_counts(organizations: list[Organization]) -> dict[int, int]:
    """Return the number of active staff by organization id; 0 is left out."""
    working = Membership.objects.live().filter(organization__in=organizations, user__is_active=True)
    counted = (
        working.order_by().values_list("organization").annotate(people=Count("user", distinct=True))
    )
    return dict(counted)


def part_counts(organizations: list[Organization]) -> dict[int, int]:
    """Return the number of open direct parts by organization id; 0 is left out."""
    parts = Organization.objects.open().filter(part_of__in=organizations)
    counted = parts.order_by().values_list("part_of").annotate(below=Count("pk"))
    return {pk: count for pk, count in counted if pk is not None}


def _key_of(public_id: str) -> Key | None:
    known = with_public_id(Organization.objects.all(), public_id)
    return known.values_list("search_name", "pk").first()
