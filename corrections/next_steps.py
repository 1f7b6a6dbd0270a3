"""Which steps somebody may take on a case right now: what its verb would refuse is not offered.

The table says who may go from where (lifecycle.py); here stands what else a verb looks at: time,
a newer case about the same thing, a level above. Pages and API draw from it.
"""

from collections.abc import Iterable
from datetime import datetime

from corrections import actions, lifecycle
from corrections.lifecycle import Party, Status
from corrections.models import Correction

# Back to a desk from a closed case, within 30 days.
SECOND_THOUGHTS = frozenset({"answer", "appeal", "reopen"})


def offered(case: Correction, parties: Iterable[Party], now: datetime) -> list[str]:
    """Return the names of the steps that these parties may take now, in the order of the table."""
    steps = lifecycle.possible(Status(case.status), parties)
    if case.confirmed_at is not None:
        steps = [name for name in steps if name != "confirm"]
    if case.is_open or SECOND_THOUGHTS.isdisjoint(steps):
        return steps
    is_over = now > (actions.back_until(case) or now) or newer(case) is not None
    return [
        name
        for name in steps
        if name not in SECOND_THOUGHTS
        or not (is_over or (name == "appeal" and actions.appealable(case, now)[1] is None))
    ]


def newer(case: Correction) -> Correction | None:
    """Return the open case about the same thing that came after this closed one, if there is."""
    if case.is_open:
        return None
    # A decision shown before it is taken is no case of its own (citizen_preview.preview_of).
    return Correction.objects.open_about(case.citizen, case.subject).exclude(pk=case.pk).first()
