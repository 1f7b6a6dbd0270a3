"""One call to the population database: the four-field check over HTTP (ADR 39).

Never from a citizen's request: only `asking.py` calls it, in a background task.
"""

import json
import math
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from identity.population.facts import FOUR, FourFacts

# Bytes of an answer, at most: many times what four fields take.
LONGEST_ANSWER = 16_384
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_NAMES = {name.value for name in FOUR}


class Outcome(StrEnum):
    """What the database said about four facts."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    # It takes no such number, name, date or sex; or one of the four is unknown here.
    BAD_FORMAT = "bad_format"


@dataclass(frozen=True)
class Verdict:
    """An answer. fields: those that differ (MISMATCH), or whose form is wrong (BAD_FORMAT)."""

    outcome: Outcome
    fields: tuple[str, ...] = ()


class Trouble(StrEnum):
    """Why there was no answer; it says nothing about the person."""

    # No connection, no answer in time, or an error of the server.
    DOWN = "down"
    # More was asked than it allows in a second.
    TOO_MANY = "too_many"
    # It does not take our token.
    TOKEN = "token"  # noqa: S105
    # An answer that is none.
    UNREADABLE = "unreadable"


class NoAnswer(Exception):
    """The database did not answer. seconds: how long it asks to be left alone; 0: it did not say."""

    def __init__(self, trouble: Trouble, seconds: float = 0.0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.seconds = seconds


def is_on() -> bool:
    """Whether anybody is asked at all. The people of a demo are invented, some numbers are real.

    So a demo asks only a stand-in on the same machine.
    """
    return bool(settings.POPULATION_URL) and (not settings.DEMO or _is_here())


def new_client() -> httpx.Client:
    """Return a client for many calls; threads may share it."""
    return httpx.Client(
        timeout=httpx.Timeout(
            settings.POPULATION_TIMEOUT, connect=settings.POPULATION_CONNECT_TIMEOUT
        ),
        follow_redirects=False,
        verify=_trusted(),
        trust_env=not _is_here(),
        headers={
            "Authorization": f"Bearer {settings.POPULATION_TOKEN}",
            # No compression: a few compressed bytes can expand to any size.
            "Accept-Encoding": "identity",
            "Accept": "application/json",
        },
    )


def ask(client: httpx.Client, facts: FourFacts) -> Verdict:
    """Return what the database says about these facts, all of which are known.

    Raises NoAnswer. What it cannot read for sure is no answer: nobody gets a "not found" from a
    proxy's error page.
    """
    try:
        with client.stream("POST", settings.POPULATION_URL, json=facts.as_json) as response:
            _refuse_trouble(response)
            body = json.loads(_read(response))
            return _verdict(response.status_code, body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswer(Trouble.DOWN) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoAnswer(Trouble.UNREADABLE) from error


def _refuse_trouble(response: httpx.Response) -> None:
    status = response.status_code
    if status == 429:
        raise NoAnswer(Trouble.TOO_MANY, _seconds(response.headers.get("Retry-After", "")))
    if status in (401, 403):
        raise NoAnswer(Trouble.TOKEN)
    if status >= 500:
        raise NoAnswer(Trouble.DOWN, _seconds(response.headers.get("Retry-After", "")))
    if status not in (200, 400):
        raise NoAnswer(Trouble.UNREADABLE)


def _seconds(retry_after: str) -> float:
    """Return the seconds of a Retry-After; 0 for none, and for its other form, a date."""
    try:
        seconds = float(retry_after)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _read(response: httpx.Response) -> bytes:
    # httpx counts the time anew for each part: bytes that trickle would never end.
    body, until = b"", time.monotonic() + settings.POPULATION_TIMEOUT
    for part in response.iter_raw(LONGEST_ANSWER):
        body += part
        if time.monotonic() > until:
            raise NoAnswer(Trouble.DOWN)
        if len(body) > LONGEST_ANSWER:
            raise ValueError("too long")
    return body


def _verdict(status: int, body: object) -> Verdict:
    """Return what an answer says. Raises ValueError or KeyError for one that is none."""
    if not isinstance(body, dict):
        raise ValueError("no object")
    if status == 400:
        wrong = body["fields"]
        if body["error"] != "bad_format" or not wrong or not set(wrong) <= _NAMES:
            raise ValueError("another error than of a field")
        return Verdict(Outcome.BAD_FORMAT, _in_order(set(wrong)))
    if body["found"] is False and "match" not in body:
        return Verdict(Outcome.NOT_FOUND)
    match = body["match"]
    if body["found"] is not True or set(match) != _NAMES:
        raise ValueError("not the four fields")
    if not all(isinstance(one, bool) for one in match.values()):
        raise ValueError("neither match nor no match")
    differing = _in_order({name for name, is_same in match.items() if not is_same})
    return Verdict(Outcome.MISMATCH, differing) if differing else Verdict(Outcome.MATCH)


def _in_order(names: set[str]) -> tuple[str, ...]:
    return tuple(name.value for name in FOUR if name.value in names)


def _is_here() -> bool:
    return urlsplit(settings.POPULATION_URL).hostname in HERE


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that this machine trusts, which may include a private authority."""
    return ssl.create_default_context()
