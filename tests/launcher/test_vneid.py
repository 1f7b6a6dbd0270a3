"""The stand-in for VNeID beside a demo: started with the demo's people, and never on a server."""

import json
import urllib.error
import urllib.request

import pytest

from demo.people import STAFF
from launcher import services
from launcher.places import ROOT, Places
from launcher.services import start_vneid
from launcher.vneid.people import PEOPLE
from tests.launcher.house import free_port, wait_for


class Kept:
    """A supervisor that notes what it was to start."""

    def __init__(self):
        self.children = []

    def start(self, child, is_ready, seconds):
        self.children.append(child)


@pytest.fixture
def places(tmp_path):
    places = Places(tmp_path / "var")
    places.make()
    return places


def start(places: Places, env: dict[str, str], *, host="127.0.0.1", port: int = 0) -> Kept:
    supervisor = Kept()
    start_vneid(supervisor, places, env, host=host, port=port or free_port())
    return supervisor


def test_it_has_the_same_address_at_each_start(places):
    first, second = {"DEMO": "1"}, {"DEMO": "1"}

    start(places, first, port=20_100)
    start(places, second, port=20_100)

    assert first == second
    assert first["VNEID_ISSUER"] == "http://localhost:20200"


def test_codes_go_back_to_the_web_server_alone(places):
    command = start(places, {"DEMO": "1"}, port=20_300).children[0].command

    assert [one for one in command if "/back/" in str(one)] == [
        "http://127.0.0.1:20300/sign-in/vneid/back/",
        "http://localhost:20300/sign-in/vneid/back/",
    ]


def test_a_busy_port_is_left_to_whom_it_belongs(places, monkeypatch):
    monkeypatch.setattr(services, "is_free", lambda host, port: False)
    env = {"DEMO": "1"}

    start(places, env, port=20_100)

    assert env["VNEID_ISSUER"] != "http://localhost:20200"


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({"DEMO": "0"}, "127.0.0.1"),
        ({"DEMO": "1", "VNEID_ISSUER": "https://vneid.example.vn"}, "127.0.0.1"),
        ({"DEMO": "1"}, "0.0.0.0"),  # noqa: S104
        ({"DEMO": "1"}, "::"),
        ({"DEMO": "1"}, "::1"),
    ],
)
def test_a_server_a_provider_of_ones_own_and_other_machines_are_left_alone(places, env, host):
    given = dict(env)

    assert start(places, env, host=host).children == []
    assert env == given


def test_its_people_are_those_of_the_demo():
    seeded = (ROOT / "demo" / "seed.py").read_text(encoding="utf-8")

    for key in ("lan", "binh"):
        one = PEOPLE[key]
        assert one.name in seeded
        assert f'"{one.id_number}"' in seeded
    # The first of the staff, who has this number as well (demo/people.py).
    assert (PEOPLE["minh"].name, PEOPLE["minh"].id_number) == (STAFF[0].name, "001180000000")


def test_it_starts_as_a_process_and_describes_itself(places):
    env = {"DEMO": "1", "PATH": ""}
    child = start(places, env).children[0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    address = f"{env['VNEID_ISSUER']}/.well-known/openid-configuration"

    def described():
        try:
            with opener.open(address, timeout=2) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            return None

    child.start()
    try:
        wait_for(lambda: described() is not None, 20, "the stand-in for VNeID")

        assert described()["issuer"] == env["VNEID_ISSUER"]
    finally:
        child.process.terminate()
        child.process.wait(10)
