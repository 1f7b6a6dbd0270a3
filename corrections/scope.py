"""Whose cases an overdue report counts, and in whose row each of them stands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, Expression, F, Func, Q, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf

from organizations.models import Membership, Organization
from organizations.queries import held_roles

if TYPE_CHECKING:
    from accounts.models import User

# Above a district, a report has one row per part instead of one per desk.
LISTED_BY_PART = (Organization.Kind.PROVINCIAL_DEPARTMENT, Organization.Kind.MINISTRY)


@dataclass(frozen=True)
class Scope:
    """Whose cases a report counts: whole sub-trees, or with `alone` a single desk."""

    tops: tuple[Organization, ...]
    alone: bool = False

    def holders(self) -> Q:
        """Held within the scope; for every model that has a holder."""
        inside = Q()
        for top in self.tops:
            inside |= Q(holder=top) if self.alone else Q(holder__path__startswith=top.path)
        return inside

    def unit(self, holder: str = "holder") -> Expression:
        """Id, as text, of the organization in whose row a case is counted."""
        itself = Cast(f"{holder}_id", CharField())
        if self.alone:
            return itself
        rows = [
            When(
                Q(**{f"{holder}__path__startswith": top.path}),
                then=Coalesce(_step_of_path(f"{holder}__path", top.path.count("/")), itself),
            )
            for top in self.tops
            if self.lists_parts_of(top)
        ]
        return Case(*rows, default=itself, output_field=CharField())

    def lists_parts_of(self, top: Organization) -> bool:
        """Whether the rows under this organization are its parts, not the desks themselves."""
        return not self.alone and top.kind in LISTED_BY_PART

    def is_part(self, organization: Organization) -> bool:
        """Whether this row stands for a sub-tree, not for one desk."""
        return any(
            self.lists_parts_of(top) and organization.part_of_id == top.pk for top in self.tops
        )


def scope_of(user: "User") -> Scope | None:
    """Return all that the user oversees as a health officer; None for somebody who is none."""
    tops: list[Organization] = []
    for membership in held_roles(user).filter(role=Membership.Role.OFFICER):
        organization = membership.organization
        # Highest first: what lies inside another one is counted there already.
        if not any(organization.path.startswith(top.path) for top in tops):
            tops.append(organization)
    return Scope(tuple(tops)) if tops else None


def _step_of_path(path: str, position: int) -> Expression:
    step = Func(
        F(path), Value("/"), Value(position + 1), function="split_part", output_field=CharField()
    )
    return NullIf(step, Value(""))
