"""Which pages the header offers to staff by the roles they hold now, and what waits on each."""

from dataclasses import dataclass
from typing import Any

from django import template

from corrections.access import READING_ROLES, is_hotline
from doses.sites import KINDS_GIVING_DOSES
from organizations.models import Membership, Organization
from organizations.queries import AREA_DESKS, held_roles
from review import worklist
from review.worklist import Numbers

register = template.Library()

POOL_DESKS = frozenset({*AREA_DESKS, Organization.Kind.MINISTRY, Organization.Kind.HOTLINE})
# Kinds whose officers are responsible for an area or the whole country.
COUNTED_DESKS = POOL_DESKS - {Organization.Kind.HOTLINE}


@dataclass(frozen=True)
class Links:
    """Which links the header shows."""

    queue: bool
    recording: bool
    oversight: bool
    people: bool
    organizations: bool
    coverage: bool
    pool: bool
    hotline: bool
    waiting: Numbers


@register.simple_tag(takes_context=True)
def staff_links(context: dict[str, Any]) -> Links:
    """Return the pages that the reader's live memberships open, with what waits there.

    Takes two queries; one if the page passes the memberships in the context as `work`.
    """
    user = context["request"].user
    work = context.get("work")
    if work is None:
        work = list(held_roles(user)) if user.is_authenticated else []
    roles = {one.role for one in work}
    has_pool = any(one.organization.kind in POOL_DESKS for one in work)
    return Links(
        queue=bool(roles & set(READING_ROLES)) or not work,
        recording=any(
            one.role in (Membership.Role.REVIEWER, Membership.Role.LEAD)
            and one.organization.kind in KINDS_GIVING_DOSES
            for one in work
        ),
        oversight=Membership.Role.OFFICER in roles,
        organizations=Membership.Role.OFFICER in roles,
        people=bool(roles & {Membership.Role.OFFICER, Membership.Role.LEAD}),
        coverage=any(
            one.role == Membership.Role.OFFICER and one.organization.kind in COUNTED_DESKS
            for one in work
        ),
        pool=has_pool,
        hotline=any(is_hotline(one) for one in work),
        waiting=Numbers()
        if context.get("counts_nothing")
        else worklist.numbers(user, work, has_pool=has_pool),
    )
