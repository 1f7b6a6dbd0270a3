"""The steps that somebody may take on a case right now: no button that its verb would refuse.

lifecycle.py says which party may take a step from which status. This module adds what else a verb
checks: time, a newer case about the same subject, a level above. Pages and API use it.
"""

from collections.abc import Iterable
from datetime import datetime

from corrections import actions, lifecycle
from corrections.lifecycle import Party, Status
from corrections.models import Correction

# Steps that open a closed case again, within 30 days.
REOPENING_STEPS = frozenset({"answer", "appeal", "reopen"})


def offered(
    case: Correction, parties: Iterable[Party], now: datetime, *, may_decide: bool = True
) -> list[str]:
    """Return the names of the steps that these parties may take now, in the order of the table.

    may_decide: False for staff whose identity is not verified.
    """
    steps = lifecycle.possible(Status(case.status), parties, may_decide=may_decide)
    if case.confirmed_at is not None:
        steps = [name for name in steps if name != "confirm"]
    if case.is_open or REOPENING_STEPS.isdisjoint(steps):
        return steps
    is_over = now > (actions.reopenable_until(case) or now) or newer(case) is not None
    return [
        name
        for name in steps
        if name not in REOPENING_STEPS
        or not (
            is_over or (name == "appeal" and actions.appeal_desk_or_reason(case, now)[1] is None)
        )
    ]


def newer(case: Correction) -> Correction | None:
    """Return the open case about the same subject that was filed after this closed one."""
    if case.is_open:
        return None
    # Excludes the case itself: a preview of a decision is closed, its stored row is open
    # (review/citizen_preview.py).
    return Correction.objects.open_about(case.citizen, case.subject).exclude(pk=case.pk).first()
