"""The chain of seals: it fits what the application writes, and breaks at whatever somebody else does."""

import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit import chain
from audit.models import Seal
from citizens.models import RecordVisit
from corrections import actions
from tests.cases import file_one
from tests.world import World

# Seals cover transactions that are over, so each test commits.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def history(world: World) -> None:
    """Two cases, one of them decided, under some seals."""
    case = file_one(world)
    seal()
    file_one(world, whose="binh", key="k2")
    actions.accept(case, by=world.user("minh"))
    visit(world)
    seal()
    assert Seal.objects.count() >= 4


def seal() -> None:
    """Seal all there is. Tests that run beside this one, in other databases, hold seals up too."""
    until = time.monotonic() + 240
    while chain.seal_all() or _is_unsealed():
        assert time.monotonic() < until, "rows are never sealed"
        time.sleep(0.05)


def _is_unsealed() -> bool:
    with connection.cursor() as cursor:
        for table in chain.TABLES:
            last = Seal.objects.filter(table=table, tx_to__isnull=False).order_by("-id").first()
            since = last.tx_to if last else 0
            cursor.execute(f"SELECT 1 FROM {table} WHERE tx >= %s::text::xid8", [since])  # noqa: S608
            if cursor.fetchone():
                return True
    return False


def broken() -> set[str]:
    return {one.why for one in chain.verify()}


def behind(statement: str) -> None:
    """Do what only the owner of the tables can: change history past its triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")


def test_what_the_application_writes_fits(history):
    assert broken() == set()
    assert set(Seal.objects.values_list("table", flat=True)) >= {*chain.TABLES} - {
        "citizens_citizenrevision"
    }


def test_a_pass_that_has_no_time_left_leaves_the_rest_to_the_next_one(world):
    visit(world)

    assert chain.seal_all(0) == 0
    seal()
    assert Seal.objects.exists()


def test_nothing_new_makes_no_seal(history):
    before = Seal.objects.count()

    assert chain.seal_all() == 0
    assert Seal.objects.count() == before


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (
            "UPDATE corrections_correctionevent SET remark = remark || ' '"
            " WHERE id = (SELECT max(id) FROM corrections_correctionevent)",
            "a row was changed",
        ),
        (
            "UPDATE corrections_correctionevent SET at = at - interval '1 second'"
            " WHERE id = (SELECT min(id) FROM corrections_correctionevent)",
            "a row was changed",
        ),
        (
            "DELETE FROM doses_doserevision WHERE id = (SELECT max(id) FROM doses_doserevision)",
            "it covers",
        ),
        (
            "INSERT INTO corrections_correctionevent SELECT (json_populate_record("
            " event, json_build_object('id', 1000000))).* FROM corrections_correctionevent event LIMIT 1",
            "it covers",
        ),
        (
            "INSERT INTO corrections_correctionevent SELECT (json_populate_record(event,"
            " json_build_object('id', 1000000, 'tx', NULL))).*"
            " FROM corrections_correctionevent event LIMIT 1",
            "rows were put in as if they were older than the seals",
        ),
        (
            "UPDATE audit_seal SET rows_hash = rows_hash || '', rows = rows + 1"
            " WHERE id = (SELECT min(id) FROM audit_seal)",
            "the seal itself was changed",
        ),
        (
            "DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)",
            "a seal before it was taken out, put in or changed",
        ),
    ],
)
def test_what_somebody_does_behind_it_breaks_a_seal(history, statement, why):
    behind(statement)

    assert any(found.startswith(why) for found in broken()), broken()


def test_a_changed_row_under_a_mended_seal_breaks_the_next_one(history):
    behind("UPDATE corrections_correctionevent SET remark = 'x' WHERE id = 1 OR true")
    first = Seal.objects.earliest("id")
    with connection.cursor() as cursor:
        first.rows, first.rows_hash = chain._hash_rows(cursor, first)
    first.hash = chain._hash(first)
    behind("DELETE FROM audit_seal WHERE id = (SELECT min(id) FROM audit_seal)")
    first.save(force_insert=True)

    assert "a seal before it was taken out, put in or changed" in broken()


def test_what_is_not_over_waits_for_the_next_seal(history, world):
    wrote, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            visit(world)
            wrote.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    wrote.wait(10)
    visit(world)
    assert chain.seal_all() == 0
    go_on.set()
    thread.join()
    seal()

    assert Seal.objects.latest("id").rows == 2
    assert broken() == set()


def test_rows_from_before_there_were_seals_are_sealed_too(world, monkeypatch):
    monkeypatch.setattr(chain, "MOST_ROWS", 3)
    for _ in range(7):
        visit(world)
    behind("UPDATE citizens_recordvisit SET tx = NULL")
    visit(world)

    seal()

    visits = Seal.objects.filter(table="citizens_recordvisit").order_by("id")
    assert [seal.rows for seal in visits] == [3, 3, 1, 1]
    assert [seal.tx_from is None for seal in visits] == [True, True, True, False]
    assert broken() == set()


def test_many_transactions_stand_under_several_seals_and_one_is_never_split(world, monkeypatch):
    monkeypatch.setattr(chain, "MOST_ROWS", 2)
    for _ in range(5):
        visit(world)
    RecordVisit.objects.bulk_create(
        RecordVisit(user=world.user("minh"), citizen=world.citizens["lan"], why="review")
        for _ in range(4)
    )

    seal()

    seals = Seal.objects.filter(table="citizens_recordvisit").order_by("id")
    assert [seal.rows for seal in seals] == [2, 2, 1, 4]
    assert broken() == set()


def test_a_column_that_comes_later_breaks_no_seal(history):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE corrections_correctionevent ADD COLUMN later integer DEFAULT 1")
    try:
        assert broken() == set()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE corrections_correctionevent DROP COLUMN later")


def test_the_settings_of_a_connection_change_no_hash(history):
    with connection.cursor() as cursor:
        cursor.execute("SET timezone = 'Asia/Ho_Chi_Minh'; SET datestyle = 'ISO, DMY'")
    try:
        assert broken() == set()
    finally:
        connection.close()


def test_the_command_prints_the_head_and_fails_when_a_seal_does_not_fit(history):
    out, wrong = StringIO(), StringIO()
    call_command("verify_history", stdout=out)
    newest = chain.head()
    assert newest is not None
    assert newest.hash in out.getvalue()

    behind("UPDATE corrections_correctionevent SET remark = 'changed'")

    with pytest.raises(CommandError, match="do not fit"):
        call_command("verify_history", stdout=out, stderr=wrong)
    assert "corrections_correctionevent" in wrong.getvalue()


def visit(world: World) -> None:
    RecordVisit.objects.create(
        user=world.user("minh"), citizen=world.citizens["lan"], why=RecordVisit.Why.REVIEW
    )
