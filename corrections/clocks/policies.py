"""Returns the policy in force: its newest version."""

from corrections.decisions.four_eyes import SWITCHED
from corrections.models import Policy
from vaxreg import db_time

# Dispatch 9458/BYT-CNTT (48 hours) and Decree 356/2025/NĐ-CP (2 working days); the rest is ours.
FIRST = {"version": 1, "four_eyes": [reason.value for reason in SWITCHED]}


def current() -> Policy:
    """Return the policy in force; creates the first version when none exists."""
    newest = Policy.objects.first()
    if newest is None:
        newest, _made = Policy.objects.get_or_create(
            version=1, defaults={**FIRST, "made_at": db_time.now()}
        )
    return newest
