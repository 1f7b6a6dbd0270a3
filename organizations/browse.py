"""Leafing through the tree: one level at a time or by name, a page by key, what each row says."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from organizations.models import Membership, Organization, OrganizationQuerySet

PAGE_SIZE = 25


@dataclass(frozen=True)
class Page:
    """One page; `after` and `before` name the pages around it, empty where there is none."""

    organizations: list[Organization]
    before: str
    after: str


def below(top: Organization, *, words: str = "", closed: bool = False) -> OrganizationQuerySet:
    """Return what stands right below an organization; with words, whatever is named so anywhere.

    closed: with those that have closed.
    """
    if words.strip():
        found = Organization.objects.under(top).exclude(pk=top.pk).named(words)
    else:
        found = Organization.objects.filter(part_of=top)
    return found if closed else found.open()


def page(organizations: OrganizationQuerySet, *, after: str = "", before: str = "") -> Page:
    """Return up to PAGE_SIZE of them by name. A mark that nobody of us made starts from the top."""
    mark = _mark(after or before)
    backwards = bool(before and not after and mark)
    rows = organizations
    if mark is not None:
        way = "lt" if backwards else "gt"
        name = mark.search_name
        rows = rows.filter(
            Q(**{f"search_name__{way}": name}) | Q(search_name=name, **{f"pk__{way}": mark.pk})
        )
    order = ("-search_name", "-pk") if backwards else ("search_name", "pk")
    found = list(
        rows.select_related("area", "successor", "part_of").order_by(*order)[: PAGE_SIZE + 1]
    )
    more, shown = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    if backwards:
        shown.reverse()
    has_before, has_after = (more, True) if backwards else (mark is not None, more)
    return Page(
        organizations=shown,
        before=str(shown[0].public_id) if shown and has_before else "",
        after=str(shown[-1].public_id) if shown and has_after else "",
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


def _mark(public_id: str) -> Organization | None:
    try:
        return Organization.objects.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None
