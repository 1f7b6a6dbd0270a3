"""What a member of staff has to do: the numbers in the header of every staff page.

All of them are counted now, in one query, so that they are right after one's own act too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Subquery

from accounts.models import User
from corrections.access import READING_ROLES, is_hotline
from organizations.models import Membership
from organizations.scope import scope_in
from reporting import compute
from review import pool, queue


@dataclass(frozen=True)
class Numbers:
    """How many cases wait for the reader; None where the reader has no such page.

    to_do: on their desks. in_pool: of those without a site that they may route. overdue: in the
    area that they oversee; None, too, while the figures of a large area are not up to date.
    """

    to_do: int | None = None
    in_pool: int | None = None
    overdue: int | None = None


def numbers(user: User, work: Sequence[Membership], *, has_pool: bool) -> Numbers:
    """Count what waits for the user, in one query. work: the user's live memberships."""
    asked: dict[str, Subquery] = {}
    desks = [one.organization for one in work if one.role in READING_ROLES]
    if desks:
        asked["to_do"] = compute.number_of(queue.to_do(user, desks))
    if has_pool:
        hotlines = [one.organization_id for one in work if is_hotline(one)]
        asked["in_pool"] = compute.number_of(pool.cases_of(user, hotlines))
    scope = scope_in(one for one in work if one.role == Membership.Role.OFFICER)
    if scope is not None:
        asked["overdue"] = compute.number_overdue(scope)
    if not asked:
        return Numbers()
    # One row, in which each number is a sub-query over an index.
    itself = User.objects.filter(pk=user.pk).order_by()
    return Numbers(**itself.values(**asked).get())
