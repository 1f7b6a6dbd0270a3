"""The product that knows VNeID, and the stand-in as a real process."""

from collections.abc import Iterator

import pytest

from identity.vneid.allauth import remembered
from tests.identity import population_stand_in
from tests.identity.population_stand_in import StandIn
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


@pytest.fixture(scope="session")
def population_process() -> Iterator[StandIn]:
    with population_stand_in.running() as started:
        yield started


@pytest.fixture
def population(population_process: StandIn, settings) -> Iterator[StandIn]:
    """The stand-in for the population database, and the product that asks it."""
    settings.POPULATION_URL = population_process.url
    settings.POPULATION_TOKEN = population_stand_in.TOKEN
    settings.POPULATION_PER_SECOND = 1000.0
    population_process.behave()
    yield population_process
    population_process.behave()
