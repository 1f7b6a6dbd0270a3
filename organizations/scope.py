"""The scope of an overdue report: whose cases are counted, and in which row each is counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, NullIf

from organizations.models import Area, Membership, Organization, Place
from organizations.queries import held_roles

if TYPE_CHECKING:
    from accounts.models import User

# Above a district, reports use the figures of the last minute instead of counting all open cases.
HIGH = (Organization.Kind.PROVINCIAL_DEPARTMENT, Organization.Kind.MINISTRY)


@dataclass(frozen=True)
class Scope:
    """Whose cases a report counts: whole sub-trees, or with `alone` single desks."""

    tops: tuple[Organization, ...]
    alone: bool = False

    def holders(self) -> Q:
        """Return the filter "held within the scope", for every model with a holder."""
        inside = Q(pk__in=[])
        for top in self.tops:
            inside |= Q(holder=top) if self.alone else Q(holder__path__startswith=top.path)
        return inside

    def organizations(self, at: datetime) -> "QuerySet[Organization, Any]":
        """Return the desks that were within the scope just before the moment, for a sub-query.

        Figures of a day follow the tree of that day, and so do the lists behind them.
        """
        if self.alone:
            return Organization.objects.filter(pk__in=[top.pk for top in self.tops]).values("pk")
        inside = Q(pk__in=[])
        for top in self.tops:
            inside |= Q(path__startswith=top.path)
        found = Organization.objects.order_by()
        if not Place.objects.filter(since__gte=at).exists():
            return found.filter(inside).values("pk")
        places = Place.objects.filter(organization=OuterRef("pk"))
        then = places.filter(since__lt=at).order_by("-since", "-pk")
        first = places.order_by("since", "pk")
        known = found.annotate(
            then=Coalesce(Subquery(then.values("path")[:1]), Subquery(first.values("path")[:1]))
        )
        inside = Q(pk__in=[])
        for top in self.tops:
            inside |= Q(then__contains=f"/{top.pk}/") | Q(then__startswith=f"{top.pk}/")
        return known.filter(inside).values("pk")

    def desks(self, at: datetime) -> "QuerySet[Organization, Any] | list[int]":
        """Return `organizations`; for a district or less as ids: the planner then knows how many.

        It then reads the rows of these desks instead of all rows of the period.
        """
        desks = self.organizations(at)
        return desks if self.is_high else [one["pk"] for one in desks]

    def unit(self, holder: str = "holder") -> Expression:
        """Return the id, as text, of the organization in whose row a case is counted."""
        itself = Cast(f"{holder}_id", CharField())
        if self.alone:
            return itself
        rows = [
            When(
                Q(**{f"{holder}__path__startswith": top.path}),
                then=Coalesce(_step_of_path(f"{holder}__path", top.path.count("/")), itself),
            )
            for top in self.tops
        ]
        return Case(*rows, default=itself, output_field=CharField())

    @property
    def is_high(self) -> bool:
        """Whether the scope is a province or more."""
        return not self.alone and any(top.kind in HIGH for top in self.tops)

    @property
    def is_country(self) -> bool:
        """Whether it is the ministry's: rules and messages are of the whole country."""
        return any(top.kind == Organization.Kind.MINISTRY for top in self.tops)

    def in_communes(self, communes: Sequence[Area]) -> "Scope":
        """Return the desks of the scope in these communes; the whole scope if none are given."""
        if not communes:
            return self
        inside, here = Q(pk__in=[]), Q(pk__in=[])
        for top in self.tops:
            inside |= Q(pk=top.pk) if self.alone else Q(path__startswith=top.path)
        for commune in communes:
            here |= Q(area__path__startswith=commune.path)
        return Scope(tuple(Organization.objects.filter(inside, here)), alone=True)


def scope_of(user: "User") -> Scope | None:
    """Return what the user oversees as a health officer; None if they are not one."""
    return scope_in(held_roles(user).filter(role=Membership.Role.OFFICER))


def scope_in(officers: Iterable[Membership]) -> Scope | None:
    """Return what these memberships of an officer oversee, the highest organization given first.

    None without one.
    """
    tops: list[Organization] = []
    for membership in officers:
        organization = membership.organization
        # Highest first: an organization below another one is included already.
        if not any(organization.path.startswith(top.path) for top in tops):
            tops.append(organization)
    return Scope(tuple(tops)) if tops else None


def _step_of_path(path: str, position: int) -> Expression:
    step = Func(
        F(path), Value("/"), Value(position + 1), function="split_part", output_field=CharField()
    )
    return NullIf(step, Value(""))
