"""How much is tried of what is tried again and again: some of it usually, all of it at night.

THOROUGH=1 asks for all (`./test --thorough` sets it). What is drawn at random is drawn anew each
day; a failure says which seed it had.
"""

import os
from datetime import UTC, datetime

THOROUGH = os.environ.get("THOROUGH", "0") != "0"


def rounds(usual: int, thorough: int) -> int:
    """Return how often something is to be tried in this run."""
    return thorough if THOROUGH else usual


def seed_of_today() -> int:
    """Return LIFE_SEED, or without it the day's number."""
    return int(os.environ.get("LIFE_SEED") or datetime.now(UTC).toordinal())
