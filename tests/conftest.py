"""What every test may ask for: the small country, its cast, and browsers signed in as somebody."""

import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts.models import SessionKind, User
from corrections.models import Correction
from tests import browser as browsers
from tests import rows
from tests import world as worlds
from tests.cases import file_one
from tests.scheduling import OneByOne
from tests.sign_in import sign_in_citizen, sign_in_staff
from tests.world import World
from vaxreg import urls  # noqa: F401 — read before a test sets DEMO aside: addresses are kept

# No test depends on how fast the machine draws its examples.
hypothesis_settings.register_profile(
    "vaxreg", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("vaxreg")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneByOne | None:
    """Replace what xdist does for --dist loadscope."""
    return OneByOne(config, log) if config.getvalue("dist") == "loadscope" else None


# pytest-django makes its own test cases: this is where all of them empty the database.
TransactionTestCase._fixture_teardown = rows.empty_what_is_filled

SignIn = Callable[[User], Client]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of a test process: Playwright's loop cannot be started twice in it."""
    with browsers.browser() as started:
        yield started


@pytest.fixture
def live_server(live_server: LiveServer) -> Iterator[LiveServer]:
    """The server of pytest-django, answering nobody any more when the database is emptied.

    What a page had asked for when its window closed would else be written into the next test.
    """
    yield live_server
    until = time.monotonic() + 30
    while still := answering():
        if time.monotonic() > until:
            frames = sys._current_frames()
            stacks = [
                "".join(traceback.format_stack(frames[one])) for one in still if one in frames
            ]
            pytest.fail("the live server still answers:\n" + "\n".join(stacks))
        time.sleep(0.01)


def answering() -> set[int]:
    """Return the threads of the live server that serve a connection."""
    threads = threading.enumerate()
    return {one.ident or 0 for one in threads if "process_request_thread" in one.name}


@pytest.fixture
def world(db: None) -> World:
    return worlds.build()


def signed_in(user: User, kind: SessionKind) -> Client:
    """Return a client with a session as the sign-in pages leave it behind."""
    client = Client()
    enter = sign_in_staff if kind == SessionKind.STAFF else sign_in_citizen
    enter(client, user)
    return client


@pytest.fixture
def as_citizen() -> SignIn:
    return lambda user: signed_in(user, SessionKind.CITIZEN)


@pytest.fixture
def as_staff() -> SignIn:
    return lambda user: signed_in(user, SessionKind.STAFF)


@pytest.fixture
def correction(world: World) -> Correction:
    """Lan says her first dose was Pfizer; it lies on the desk of Phường Bưởi."""
    return file_one(world)
