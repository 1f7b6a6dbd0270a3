"""The stand-in for the population database beside a demo: started, limited, and never on a server."""

import pytest

from launcher.places import Places
from launcher.population import Bucket
from launcher.services import start_population, urls_of
from tests.launcher.house import answered


@pytest.fixture
def places(tmp_path) -> Places:
    places = Places(tmp_path / "var")
    places.make()
    return places


def test_a_demo_gets_a_population_database_that_wants_its_token(supervisor, places):
    env = {"DEMO": "1", "PATH": ""}

    start_population(supervisor, places, env)

    assert urls_of(env) == {"POPULATION_URL": env["POPULATION_URL"]}
    calls = env["POPULATION_URL"].replace("/check", "/calls")
    assert answered(calls, "guessed") == 401
    assert answered(calls, env["POPULATION_TOKEN"]) == 200


@pytest.mark.parametrize(
    "env", [{"DEMO": "0"}, {"DEMO": "1", "POPULATION_URL": "https://dancu.example.vn/check"}]
)
def test_a_server_or_a_database_of_ones_own_is_left_alone(supervisor, places, env):
    given = dict(env)

    start_population(supervisor, places, env)

    assert env == given
    assert supervisor.children == []


def test_it_lets_fifty_through_in_a_second_and_refuses_the_next():
    now = [0.0]
    bucket = Bucket(50, clock=lambda: now[0])

    assert sum(bucket.take() for _ in range(80)) == 50
    now[0] = 0.5
    assert sum(bucket.take() for _ in range(80)) == 25
    now[0] = 60
    assert sum(bucket.take() for _ in range(80)) == 50
