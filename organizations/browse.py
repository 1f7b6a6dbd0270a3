"""Leafing through the tree: one level at a time or by name, a page by key, what each row says."""

from django.db.models import Count

from organizations.models import Membership, Organization, OrganizationQuerySet
from vaxreg import paging
from vaxreg.paging import Key, Page
from vaxreg.uuids import with_public_id

PAGE_SIZE = 25


def below(top: Organization, *, words: str = "", closed: bool = False) -> OrganizationQuerySet:
    """Return what stands right below an organization; with words, whatever is named so anywhere.

    closed: with those that have closed.
    """
    if words.strip():
        found = Organization.objects.under(top).exclude(pk=top.pk).named(words)
    else:
        found = Organization.objects.filter(part_of=top)
    return found if closed else found.open()


def page(
    organizations: OrganizationQuerySet, *, after: str = "", before: str = ""
) -> Page[Organization]:
    """Return up to PAGE_SIZE of them by name."""
    return paging.page(
        organizations.select_related("area", "successor", "part_of"),
        ("search_name", "pk"),
        {"after": after, "before": before},
        size=PAGE_SIZE,
        key_of=_key_of,
        mark_of=lambda organization: str(organization.public_id),
    )


def staff_counts(organizations: list[Organization]) -> dict[int, int]:
    """Return how many people work at each of these now; none: left out."""
    working = Membership.objects.live().filter(organization__in=organizations, user__is_active=True)
    counted = (
        working.order_by().values_list("organization").annotate(people=Count("user", distinct=True))
    )
    return dict(counted)


def part_counts(organizations: list[Organization]) -> dict[int, int]:
    """Return how many open organizations stand right below each of these; none: left out."""
    parts = Organization.objects.open().filter(part_of__in=organizations)
    counted = parts.order_by().values_list("part_of").annotate(below=Count("pk"))
    return {pk: count for pk, count in counted if pk is not None}


def _key_of(public_id: str) -> Key | None:
    known = with_public_id(Organization.objects.all(), public_id)
    return known.values_list("search_name", "pk").first()
