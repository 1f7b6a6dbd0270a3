"""Questions to the population database: asked at a pace, once at a time, and until there is an answer."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import translation

from background import leases
from citizens.actions import revise_identity
from corrections.models import Kind
from identity.management.commands.check_population import in_words
from identity.models import PopulationAnswer, PopulationQuestion, PopulationRun
from identity.population import asking, health, questions, runs
from identity.population.asking import LEASE, ask_due
from identity.population.facts import FourFacts
from identity.population.pace import Pace
from tests.cases import file_one
from tests.factories.citizens import CitizenFactory
from tests.identity.population_stand_in import StandIn
from tests.world import World
from vaxreg import db_time

Answer = Callable[[httpx.Request], httpx.Response]
NOT_FOUND = {"found": False}
MATCH = {
    "found": True,
    "match": dict.fromkeys(("id_number", "full_name", "date_of_birth", "sex"), True),
}


class Database:
    """A population database without a network: `answers` may be changed between calls."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: Answer = lambda _: httpx.Response(200, json=MATCH)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.content.decode())
        answer = self.answers(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=_Once(answer))


class _Once(httpx.SyncByteStream):
    def __init__(self, answer: httpx.Response) -> None:
        self.content = answer.content

    def __iter__(self) -> Iterator[bytes]:
        yield self.content


@pytest.fixture
def database(settings, monkeypatch, db) -> Database:
    settings.POPULATION_URL = "http://127.0.0.1:9/check"
    settings.POPULATION_PER_SECOND = 10_000.0
    made = Database()
    transport = httpx.MockTransport(made)
    monkeypatch.setattr(asking, "new_client", lambda: httpx.Client(transport=transport))
    return made


def status(code: int, **headers: str) -> Answer:
    return lambda _: httpx.Response(
        code, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def put(citizen: Any, **proposed: str) -> None:
    questions.put(citizen, proposed=proposed, reference="AB12CD34")


def only() -> PopulationQuestion:
    return PopulationQuestion.objects.get()


def test_a_question_is_answered_and_the_answer_is_kept_with_time_and_source(database):
    citizen = CitizenFactory(id_number="001188012345", sex="female")
    put(citizen, full_name="Nguyễn Thị Lân")

    assert ask_due().answered == 1

    answer = PopulationAnswer.objects.get()
    assert not PopulationQuestion.objects.exists()
    assert (answer.citizen_id, answer.outcome, answer.fields) == (citizen.pk, "match", [])
    assert (answer.source, answer.correction_reference) == ("127.0.0.1", "AB12CD34")
    asked = FourFacts.of(citizen, {"full_name": "Nguyễn Thị Lân"})
    assert asked.is_same_as(answer.fingerprint)
    assert not FourFacts.of(citizen).is_same_as(answer.fingerprint)
    assert json.loads(database.asked[0])["full_name"] == "Nguyễn Thị Lân"


def test_the_answer_is_never_rewritten(database):
    put(CitizenFactory(sex="male"))
    ask_due()

    for change in (
        PopulationAnswer.objects.all().delete,
        lambda: PopulationAnswer.objects.update(outcome="match"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_nobody_is_asked_with_facts_it_cannot_take(database):
    put(CitizenFactory(sex="unknown", id_number=None))

    ask_due()

    answer = PopulationAnswer.objects.get()
    assert (answer.outcome, answer.fields) == ("bad_format", ["id_number", "sex"])
    assert (answer.source, database.asked) == ("", [])


@pytest.mark.parametrize(
    ("answer", "trouble", "seconds"),
    [
        (status(503), "down", 60),
        (status(500, retry_after="300"), "down", 300),
        (status(429, retry_after="5"), "too_many", 5),
        (status(429), "too_many", 60),
        (status(429, retry_after="1e300"), "too_many", 86_400),
        (status(401), "token", 60),
        (status(404), "unreadable", 60),
        (status(302, location="http://127.0.0.1/other"), "unreadable", 60),
        (status(200), "unreadable", 60),
    ],
)
def test_a_failure_is_a_state_of_the_question_and_never_an_answer(
    database, answer: Answer, trouble: str, seconds: int
):
    database.answers = answer
    put(CitizenFactory(sex="male"))
    before = db_time.now()

    passed = ask_due()

    question = only()
    assert (passed.answered, passed.failed) == (0, 1)
    assert not PopulationAnswer.objects.exists()
    assert (question.trouble, question.tries) == (trouble, 1)
    assert question.failing_since is not None
    assert question.due_at is not None
    assert question.failing_since >= before
    waits = question.due_at - question.failing_since
    assert abs(waits - timedelta(seconds=seconds)) < timedelta(seconds=2)


def test_a_connection_that_breaks_is_a_failure_too(database):
    def breaks(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    database.answers = breaks
    put(CitizenFactory(sex="male"))

    ask_due()

    assert only().trouble == "down"


def test_the_wait_doubles_from_a_minute_to_an_hour_and_says_since_when(database):
    database.answers = status(503)
    put(CitizenFactory(sex="male"))
    waits = []
    moment = db_time.now()
    for _ in range(9):
        with db_time.at(moment):
            ask_due()
            waits.append((only().due_at - moment).total_seconds() / 60)
        moment = only().due_at

    first = only().failing_since
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert first is not None
    assert len(database.asked) == 9
    with translation.override("en"):
        standing = questions.standing("AB12CD34")
    assert standing is not None
    assert standing.kind == "warning"
    assert "does not answer" in standing.title


def test_a_question_that_waits_is_left_alone_and_answered_in_the_end(database):
    database.answers = status(503)
    put(CitizenFactory(sex="male"))
    ask_due()
    ask_due()
    assert len(database.asked) == 1
    database.answers = lambda _: httpx.Response(200, json=NOT_FOUND)

    with db_time.at(only().due_at):
        ask_due()

    assert PopulationAnswer.objects.get().outcome == "not_found"


def test_a_few_failures_in_a_row_end_the_pass(database, monkeypatch):
    monkeypatch.setattr(asking, "THREADS", 1)
    database.answers = status(503)
    for _ in range(40):
        questions.put(CitizenFactory(sex="male"), proposed={}, reference="")

    passed = ask_due()

    assert passed.stopped
    assert len(database.asked) == asking.MOST_FAILURES
    assert PopulationQuestion.objects.filter(failing_since=None).count() == 40 - len(database.asked)


def test_a_short_pause_is_kept_within_the_pass_and_a_long_one_ends_it(database, monkeypatch):
    monkeypatch.setattr(asking, "THREADS", 1)
    now = [0.0]
    pace = Pace(50, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    for _ in range(3):
        questions.put(CitizenFactory(sex="male"), proposed={}, reference="")
    busy = iter([status(429, retry_after="3"), status(200), status(429, retry_after="900")])
    database.answers = lambda request: next(busy)(request)

    passed = ask_due(pace=pace)

    assert 3 <= now[0] < 4
    assert (passed.stopped, passed.failed, len(database.asked)) == (True, 3, 3)


def test_what_follows_from_an_answer_and_fails_leaves_the_question(database, monkeypatch):
    def fails(answer: PopulationAnswer) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(questions, "LISTENERS", [fails])
    monkeypatch.setattr(asking, "LISTENERS", [fails])
    put(CitizenFactory(sex="male"))

    ask_due()

    question = only()
    assert not PopulationAnswer.objects.exists()
    # Nobody reads that the database is down when it is not.
    assert (question.tries, question.failing_since) == (1, None)


def test_the_same_is_asked_once_and_nothing_when_it_is_off(database, settings):
    citizen = CitizenFactory(sex="male")
    put(citizen)
    put(citizen)
    settings.POPULATION_URL = ""
    put(CitizenFactory(sex="male"))

    assert only().citizen_id == citizen.pk
    assert not ask_due().taken


def test_only_one_process_asks_at_a_time(database):
    put(CitizenFactory(sex="male"))
    with leases.alone(LEASE, 60):
        assert not ask_due().taken
    assert ask_due().answered == 1


@pytest.mark.parametrize(
    ("proposed", "mood", "decided", "outcome"),
    [
        ({"full_name": "Nguyễn Thị Lan"}, {}, "accepted", "match"),
        ({"full_name": "Nguyễn Thị Lam"}, {}, "queued", "mismatch"),
        ({"full_name": "Nguyễn Thị Lan"}, {"status": 503}, "queued", ""),
        ({"full_name": "Nguyễn Thị Lan"}, {"lie": "nonsense"}, "queued", ""),
        ({"full_name": "Nguyễn Thị Lan"}, {"lie": "drops"}, "queued", ""),
    ],
)
def test_from_a_proposal_to_the_record_by_way_of_the_stand_in(
    world: World,
    population: StandIn,
    proposed: dict[str, str],
    mood: dict[str, Any],
    decided: str,
    outcome: str,
):
    lan = world.citizens["lan"]
    revise_identity(lan, changes={"full_name": "Nguyễn Thị Lân"}, by=None, why="")
    lan.refresh_from_db()
    asked_before = population.calls()["asked"]
    case = file_one(world, kind=Kind.IDENTITY, proposed=proposed)
    # Nobody waits for the database while filing.
    assert population.calls()["asked"] == asked_before
    population.behave(**mood)

    ask_due()

    case.refresh_from_db()
    assert case.status == decided
    answers = PopulationAnswer.objects.values_list("outcome", flat=True)
    assert list(answers) == ([outcome] if outcome else [])
    assert PopulationQuestion.objects.exists() is not bool(outcome)


@pytest.mark.parametrize(("minutes", "is_told"), [(29, False), (31, True)])
def test_operators_are_told_when_there_is_no_answer_for_long(database, minutes: int, is_told: bool):
    database.answers = status(503)
    put(CitizenFactory(sex="male"))
    ask_due()

    with db_time.at(db_time.now() + timedelta(minutes=minutes)):
        assert ("have no answer" in health.notice()) is is_told


def people(number: int) -> list[Any]:
    return [CitizenFactory(sex="male") for _ in range(number)]


def test_a_sweep_asks_about_everybody_with_a_number_once(database, capsys):
    kept = people(3)
    CitizenFactory(id_number=None)
    CitizenFactory(id_number=None, merged_into=kept[0])

    call_command("check_population")

    run = PopulationRun.objects.get()
    assert (run.total, run.done, run.matched) == (3, 3, 3)
    assert run.ended_at is not None
    assert PopulationAnswer.objects.filter(run=run).count() == len(database.asked) == 3
    said = capsys.readouterr().out
    assert "3 of 3 (100.0 %)" in said
    assert "3 match" in said
    assert "a second" in said


def test_a_sweep_that_was_killed_goes_on_where_it_was(database, monkeypatch, capsys):
    monkeypatch.setattr(runs, "STOCK", 4)
    monkeypatch.setattr(asking, "BATCH", 2)
    monkeypatch.setattr(asking, "THREADS", 1)
    people(7)
    run = runs.begin()

    def dies(question: PopulationQuestion, *rest: Any) -> bool:
        if PopulationAnswer.objects.count() == 3:
            raise KeyboardInterrupt
        return stored(question, *rest)

    stored = asking._store
    with monkeypatch.context() as patched:
        patched.setattr(asking, "_store", dies)
        with pytest.raises(KeyboardInterrupt):
            ask_due()
    assert PopulationAnswer.objects.count() == 3

    call_command("check_population")

    run.refresh_from_db()
    assert (run.done, run.total) == (7, 7)
    assert run.ended_at is not None
    answers = PopulationAnswer.objects.values_list("citizen", flat=True)
    assert len(answers) == len(set(answers)) == 7
    assert PopulationRun.objects.count() == 1


def test_a_sweep_says_that_the_database_is_down_and_whoever_waits_comes_first(database):
    people(2)
    run = runs.begin()
    database.answers = status(503)
    ask_due()

    down = runs.progress(run)
    assert down.trouble == "down"
    assert (down.run.done, down.percent) == (0, 0)
    with translation.override("en"):
        assert "It gives no answer (since" in in_words(down)
    database.asked.clear()
    database.answers = lambda _: httpx.Response(200, json=NOT_FOUND)
    with db_time.at(db_time.now() + timedelta(hours=1)):
        urgent = CitizenFactory(sex="female", id_number="001188012345")
        put(urgent)
        ask_due()
    assert "001188012345" in database.asked[0]
    assert runs.progress(run).run.not_found == 2


def test_a_record_merged_while_the_sweep_runs_is_left_out(database):
    gone, kept = people(2)
    run = runs.begin()
    runs.feed()
    gone.merged_into, gone.id_number = kept, None
    gone.save()

    ask_due()

    run.refresh_from_db()
    assert (run.matched, run.left_out, run.done) == (1, 1, 2)


def test_without_a_database_the_command_says_so(settings, db):
    with pytest.raises(CommandError, match="POPULATION_URL"):
        call_command("check_population")
    with pytest.raises(CommandError, match="No sweep"):
        call_command("check_population", "--show")
