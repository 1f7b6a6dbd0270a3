"""The product that knows VNeID, and the stand-in as a real process."""

from collections.abc import Iterator

import pytest

from identity.vneid.allauth import remembered
from tests.identity.stand_in import CLIENT_ID, CLIENT_SECRET, Vneid, running


@pytest.fixture(scope="session")
def stand_in() -> Iterator[Vneid]:
    with running("http://testserver/sign-in/vneid/back/") as started:
        yield started


@pytest.fixture
def vneid(stand_in: Vneid, settings) -> Iterator[Vneid]:
    """The stand-in, and the product that knows it."""
    settings.VNEID_ISSUER = stand_in.issuer
    settings.VNEID_CLIENT_ID = CLIENT_ID
    settings.VNEID_CLIENT_SECRET = CLIENT_SECRET
    settings.VNEID_LEVELS = ["2"]
    settings.VNEID_TIMEOUT = 20.0
    remembered.clear()
    yield stand_in
    stand_in.set_fault("none")
