"""The rules on record: all changes of the policy or the calendar, and who may make them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from corrections.models import Policy, RecomputeRun
from organizations.models import Membership, Organization
from organizations.queries import held_roles

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class RecordedChange:
    """One change of the rules or the calendar."""

    policy: Policy
    # The run of a changed day; None for a version of the rules.
    day: RecomputeRun | None
    at: datetime
    by: "User | None"
    why: str
    # Number of clocks that were moved; None for the first version.
    moved: int | None


def newest_run() -> RecomputeRun | None:
    """Return the run of the latest change, which says how far the clocks are recomputed."""
    return RecomputeRun.objects.select_related("policy", "made_by").first()


def changes() -> list[RecordedChange]:
    """Return every version of the rules and every change of the calendar, the newest first."""
    runs = RecomputeRun.objects.select_related("policy", "made_by")
    found = [
        RecordedChange(
            run.policy, run if run.day else None, run.made_at, run.made_by, run.why, run.done
        )
        for run in runs
    ]
    without = Policy.objects.select_related("made_by").exclude(
        pk__in=runs.filter(day=None).values("policy")
    )
    found += [
        RecordedChange(one, None, one.made_at, one.made_by, one.note, None) for one in without
    ]
    return sorted(found, key=lambda made: made.at, reverse=True)


def may_change(user: "User", work: Iterable[Membership] | None = None) -> bool:
    """Tell whether the user may change the rules: an officer of the ministry.

    work: the live memberships with their organizations, where they are known already.
    """
    held = held_roles(user) if work is None else work
    return user.is_superuser or any(
        one.role == Membership.Role.OFFICER and one.organization.kind == Organization.Kind.MINISTRY
        for one in held
    )
