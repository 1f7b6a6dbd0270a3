"""Tells the apps above that doses were written, and asks them whether anything rests on one."""

from collections.abc import Callable, Sequence

from django.dispatch import Signal

# Sent with dose=Dose, after each new revision, inside the transaction that wrote it.
dose_written = Signal()
# Sent with citizens=set of ids, when doses of many people were written at once.
doses_written = Signal()
# The same for what may be a moment behind: of very many people after the transaction, within a
# minute (`doses.later`), else inside it.
doses_settled = Signal()

# Each returns which of these doses (ids) something of its app is about, such as a correction.
RESTS_ON: list[Callable[[Sequence[int]], set[int]]] = []


def rested_on(doses: Sequence[int]) -> set[int]:
    """Return which of these doses (ids) something in an app above is about."""
    return {dose for asked in RESTS_ON for dose in asked(doses)}
