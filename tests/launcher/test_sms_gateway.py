"""The stand-in SMS gateway beside a demo: started, started again, and never on a server."""

import signal

import pytest

from launcher.places import Places
from launcher.services import start_sms_gateway, urls_of
from tests.launcher.house import answered, wait_for


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "var")
    places.make()
    return places


def status(env: dict[str, str], token: str) -> int:
    return answered(env["SMS_GATEWAY_URL"].replace("/messages", "/sent"), token)


def test_a_demo_gets_a_gateway_that_wants_its_token_and_comes_back_when_killed(supervisor, places):
    env = {"DEMO": "1", "PATH": ""}

    start_sms_gateway(supervisor, places, env, web="http://localhost:1/")

    assert urls_of(env) == {"SMS_GATEWAY_URL": env["SMS_GATEWAY_URL"]}
    assert status(env, "guessed") == 401
    assert status(env, env["SMS_GATEWAY_TOKEN"]) == 200
    supervisor.children[0].send(signal.SIGKILL)
    wait_for(lambda: not status(env, ""), 5, "end of the gateway")

    def is_back() -> bool:
        supervisor.look_after_all()
        return status(env, env["SMS_GATEWAY_TOKEN"]) == 200

    wait_for(is_back, 10, "return of the gateway")


@pytest.mark.parametrize(
    "env", [{"DEMO": "0"}, {"DEMO": "1", "SMS_GATEWAY_URL": "https://sms.example.vn/messages"}]
)
def test_a_server_or_a_gateway_of_ones_own_is_left_alone(supervisor, places, env):
    given = dict(env)

    start_sms_gateway(supervisor, places, env, web="http://localhost:1/")

    assert env == given
    assert supervisor.children == []
