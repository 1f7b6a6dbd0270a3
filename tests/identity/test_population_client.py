"""The four-field check: every answer is read as what it is, and what is none says nothing of anybody."""

import json
from dataclasses import replace

import httpx
import pytest

from identity.population.client import NoAnswer, Outcome, Trouble, Verdict, ask, is_on, new_client
from identity.population.facts import FourFacts
from identity.population.pace import Pace

LAN = FourFacts("001188012345", "Nguyễn Thị Lan", "1988-03-27", "female")
ALL = dict.fromkeys(("id_number", "full_name", "date_of_birth", "sex"), True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Verdict(Outcome.MATCH)),
        ({"full_name": "NGUYỄN THỊ LAN"}, Verdict(Outcome.MATCH)),
        ({"full_name": "Nguyễn Thị Lân"}, Verdict(Outcome.MISMATCH, ("full_name",))),
        ({"date_of_birth": "1988"}, Verdict(Outcome.MISMATCH, ("date_of_birth",))),
        (
            {"sex": "male", "full_name": "Lê Văn Tám"},
            Verdict(Outcome.MISMATCH, ("full_name", "sex")),
        ),
        ({"id_number": "001188099999"}, Verdict(Outcome.NOT_FOUND)),
        ({"id_number": "C1234567"}, Verdict(Outcome.BAD_FORMAT, ("id_number",))),
        ({"sex": "unknown"}, Verdict(Outcome.BAD_FORMAT, ("sex",))),
        (
            {"id_number": "12", "date_of_birth": "27/03/1988"},
            Verdict(Outcome.BAD_FORMAT, ("id_number", "date_of_birth")),
        ),
    ],
)
def test_the_stand_in_answers_field_by_field_and_the_client_reads_it(
    population, changes: dict[str, str], expected: Verdict
):
    with new_client() as client:
        assert ask(client, replace(LAN, **changes)) == expected


@pytest.mark.parametrize(
    ("mood", "trouble", "seconds"),
    [
        ({"status": 503}, Trouble.DOWN, 0),
        ({"status": 500, "retry_after": "120"}, Trouble.DOWN, 120),
        ({"status": 429, "retry_after": "7"}, Trouble.TOO_MANY, 7),
        ({"status": 429, "retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, Trouble.TOO_MANY, 0),
        ({"status": 429, "retry_after": "-5"}, Trouble.TOO_MANY, 0),
        ({"status": 429, "retry_after": "inf"}, Trouble.TOO_MANY, 0),
        ({"status": 401}, Trouble.TOKEN, 0),
        ({"status": 403}, Trouble.TOKEN, 0),
        # Of a wrong address, or a proxy: it is not "not found".
        ({"status": 404}, Trouble.UNREADABLE, 0),
        ({"status": 400}, Trouble.UNREADABLE, 0),
        ({"lie": "drops"}, Trouble.DOWN, 0),
        ({"lie": "silent"}, Trouble.DOWN, 0),
        ({"lie": "nonsense"}, Trouble.UNREADABLE, 0),
        ({"lie": "half"}, Trouble.UNREADABLE, 0),
        ({"lie": "elsewhere"}, Trouble.UNREADABLE, 0),
        ({"lie": "huge"}, Trouble.UNREADABLE, 0),
    ],
)
def test_a_failure_is_no_answer_about_a_person(
    population, settings, mood: dict[str, object], trouble: Trouble, seconds: float
):
    settings.POPULATION_TIMEOUT = 0.5
    population.behave(**mood)

    with new_client() as client, pytest.raises(NoAnswer) as none:
        ask(client, LAN)

    assert (none.value.trouble, none.value.seconds) == (trouble, seconds)


def test_a_wrong_token_and_a_server_that_is_gone_are_said_apart(population, settings):
    settings.POPULATION_TOKEN = "another"
    with new_client() as client, pytest.raises(NoAnswer) as refused:
        ask(client, LAN)
    settings.POPULATION_URL = "http://127.0.0.1:1/check"
    with new_client() as client, pytest.raises(NoAnswer) as gone:
        ask(client, LAN)

    assert (refused.value.trouble, gone.value.trouble) == (Trouble.TOKEN, Trouble.DOWN)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "match",
        None,
        {},
        {"found": "false"},
        {"found": 0},
        {"found": True},
        {"found": False, "match": ALL},
        {"found": True, "match": {**ALL, "sex": 1}},
        {"found": True, "match": {**ALL, "sex": None}},
        {"found": True, "match": {**ALL, "address": True}},
        {"found": True, "match": dict.fromkeys(list(ALL)[:3], True)},
        {"match": ALL},
    ],
)
def test_what_is_not_exactly_an_answer_is_none(settings, body: object):
    settings.POPULATION_URL = "http://127.0.0.1/check"
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=_stream(body)))

    with httpx.Client(transport=transport) as client, pytest.raises(NoAnswer) as none:
        ask(client, LAN)

    assert none.value.trouble == Trouble.UNREADABLE


def _stream(body: object) -> httpx.ByteStream:
    return httpx.ByteStream(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("demo", "url", "expected"),
    [
        (True, "", False),
        (False, "", False),
        (True, "http://127.0.0.1:8026/check", True),
        (True, "https://dancu.example.vn/check", False),
        (False, "https://dancu.example.vn/check", True),
    ],
)
def test_a_demo_asks_only_a_stand_in_on_its_own_machine(
    settings, demo: bool, url: str, expected: bool
):
    settings.DEMO, settings.POPULATION_URL = demo, url

    assert is_on() is expected


@pytest.mark.parametrize(
    ("changes", "unfit"),
    [
        ({}, []),
        ({"id_number": ""}, ["id_number"]),
        ({"id_number": "123456789"}, []),
        ({"id_number": "C1234567"}, ["id_number"]),
        ({"sex": "unknown"}, ["sex"]),
        ({"date_of_birth": "1950"}, []),
        ({"id_number": "12345678", "sex": ""}, ["id_number", "sex"]),
    ],
)
def test_facts_with_which_it_cannot_be_asked_are_known_before(
    changes: dict[str, str], unfit: list[str]
):
    assert replace(LAN, **changes).unfit == unfit


def test_no_second_has_more_calls_than_allowed():
    now = [100.0]
    calls: list[float] = []
    pace = Pace(50, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))

    for _ in range(175):
        pace.wait()
        calls.append(now[0])
        if len(calls) == 60:
            # A long pause gives nobody the right to more afterwards.
            now[0] += 30

    for first in calls:
        assert sum(first <= one < first + 1 - 1e-6 for one in calls) <= 50
    assert calls[0] > 100
    assert calls[-1] - calls[60] == pytest.approx(114 / 50)


def test_a_pause_that_was_asked_for_holds_everybody():
    now = [0.0]
    pace = Pace(10, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))

    pace.wait()
    pace.hold(7)
    pace.wait()

    assert now[0] == pytest.approx(7.1)
