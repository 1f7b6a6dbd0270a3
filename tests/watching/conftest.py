"""What was seen by earlier tests is forgotten."""

from collections.abc import Iterator

import pytest

from watching import state


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    state.forget()
    yield
    state.forget()
