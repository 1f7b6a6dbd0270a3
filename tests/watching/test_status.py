"""/status/ says to everybody how the service is, in two languages, whatever is down."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from corrections import sweep
from corrections.models import Heartbeat
from reporting import daily_job
from tests.cases import file_one
from tests.world import World
from vaxreg import db_time
from vaxreg.middleware import counted
from vaxreg.serving import front
from watching import state

pytestmark = pytest.mark.django_db


class Gone:
    """A database connection that nobody answers."""

    def __call__(self, execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")


def page(language: str = "en") -> str:
    answer = Client().get(f"/status/?lang={language}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=10"
    assert not answer.cookies
    return answer.content.decode()


def moods() -> dict[str, str]:
    return {part.name: part.mood.value for part in state.look().parts}


@pytest.fixture
def well() -> None:
    sweep.sweep()
    daily_job.refresh()


def test_all_is_well_and_proposals_are_counted(well, world: World):
    file_one(world)

    text = page()

    assert "Everything works" in text
    assert "down since" not in text
    assert "Mọi thứ đang hoạt động" in page("vi")
    found = state.look()
    assert found.filed == {5: 1, 60: 1}
    assert found.codes is not None


def test_a_silent_sweep_is_told_with_the_moment_it_fell_silent(well):
    beat = db_time.now() - timedelta(minutes=9)
    Heartbeat.objects.filter(name=sweep.HEARTBEAT).update(at=beat)

    found = state.look()

    part = next(one for one in found.parts if one.name == "deadlines")
    assert (part.mood, part.since) == ("down", beat)
    assert moods() == {
        "pages": "works",
        "messages": "works",
        "deadlines": "down",
        "reports": "works",
    }
    assert "A part of Sổ Tiêm does not work" in page()


def test_without_redis_messages_are_down_and_pages_work(well, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert moods()["messages"] == "down"
    assert moods()["pages"] == "works"
    assert "The hotline can read a code out to you" in page()


def test_without_the_database_it_is_a_page_and_no_error():
    with connection.execute_wrapper(Gone()):
        text = page()
        assert set(moods().values()) == {"down"}

    assert "Pages cannot be opened" in text
    assert "Nobody can count just now" in text


def test_answers_that_take_long_are_called_slow(well, monkeypatch):
    recent = counted.Recent()
    monkeypatch.setattr(counted, "recent", recent)
    for seconds in [0.1] * 18 + [3.0] * 2:
        recent.add(seconds)

    assert moods()["pages"] == "slow"
    assert "Please press a button once and wait" in page()


def test_a_look_is_shared_by_all_who_ask_within_seconds(well, django_assert_num_queries):
    page()

    with django_assert_num_queries(0):
        page()


def test_it_has_a_thread_of_its_own_and_stands_at_the_foot_and_on_error_pages():
    assert "/status/" in front.HEALTH
    assert 'href="/status/"' in Client().get("/help/").content.decode().split("<footer")[-1]
    with connection.execute_wrapper(Gone()):
        down = Client(raise_request_exception=False).get("/demo/inbox/")
    assert down.status_code == 503
    assert 'href="/status/"' in down.content.decode()
