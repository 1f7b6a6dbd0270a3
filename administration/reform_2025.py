"""The reform of July 2025, with the cases of the organizations: preview, or carry out.

Areas, organizations and people are handled in organizations/reform. The open cases of each merged
organization change hands as in any merger (corrections/routing/handover.py). One transaction: all
or nothing.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from corrections.models import Correction
from corrections.routing import handover
from organizations import tree
from organizations.models import Organization
from organizations.reform import adopt as adopting
from organizations.reform import people, plan
from organizations.reform.adopt import ReformCounts
from organizations.reform.people import Reach
from organizations.reform.plan import ReformPlan
from vaxreg import db_time


@dataclass(frozen=True)
class Reform:
    """The result of the reform; cases: number of open cases that move; desks: their holders."""

    plan: ReformPlan
    counts: ReformCounts
    reaches: list[Reach]
    cases: int
    desks: int


def preview() -> Reform:
    """Return what would be done, without any change. Raises CannotAdopt."""
    drawn = plan.make_plan()
    held = _held(drawn)
    return Reform(
        drawn,
        adopting.expected(drawn),
        people.reaches(drawn),
        cases=sum(held.values()),
        desks=len(held),
    )


@transaction.atomic
def adopt() -> Reform:
    """Put the areas of July 2025 into force; a second run changes nothing.

    Raises CannotAdopt when an area is not on the lists, NoDesk when nobody could act on a case;
    after both nothing is changed.
    """
    now = db_time.now()
    tree.lock_tree()
    drawn = plan.make_plan()
    # Waits for transactions that send cases to these organizations, then for those on their cases.
    closing = Organization.objects.filter(code__in=drawn.merges).order_by("pk")
    list(closing.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    held = _held(drawn)
    desks = Organization.objects.filter(pk__in=held).order_by("pk")
    cases = Correction.objects.open().filter(holder__in=held).order_by("pk")
    list(cases.select_for_update(of=("self",)).values_list("pk", flat=True))
    for desk in desks:
        handover.settle(desk, now)
    reaches = people.reaches(drawn)
    counts = adopting.adopt(drawn) if drawn else adopting.expected(drawn)
    handed = 0
    for desk in desks.select_related("successor"):
        ways = handover.routes(desk)
        handover.hand_over(desk, ways, now)
        handed += sum(len(way.cases) for way in ways)
    return Reform(drawn, counts, reaches, cases=handed, desks=len(held))


def _held(drawn: ReformPlan) -> dict[int, int]:
    """Return the number of open cases of each organization that is merged into another, by id."""
    counted = Correction.objects.open().order_by().values_list("holder", "holder__code")
    return {
        holder: count
        for holder, code, count in counted.annotate(count=Count("pk"))
        if holder is not None and code in drawn.merges
    }
