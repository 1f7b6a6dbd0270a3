"""The small tree that the tests of organizations stand in."""

from typing import Any

import pytest

from tests.factories.organizations import small_country


@pytest.fixture
def country(db: None) -> dict[str, Any]:
    return small_country()
