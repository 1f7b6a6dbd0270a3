"""Asks the apps above whether something that is open may change what is due for a person."""

from collections.abc import Callable, Collection

# A person (id of the kept record) and a vaccine group (id).
Course = tuple[int, int]

# Each returns about which of these courses something of its app is open, such as a case.
OPEN_ABOUT: list[Callable[[Collection[Course]], set[Course]]] = []


def disputed(courses: Collection[Course]) -> set[Course]:
    """Return those courses about which something in an app above is open."""
    return {course for asked in OPEN_ABOUT for course in asked(courses)}
