"""No wait for PostgreSQL is longer than the patience of its thread, whoever hangs."""

import pytest
from django.db import OperationalError, connection, transaction

from vaxreg.database import patience

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    """A second connection to the same database, as a web thread has one."""
    made = connection.copy()
    yield made
    made.close()


def run(database, sql):
    with database.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def test_an_answer_that_does_not_come_is_an_error_and_ends_the_connection(other):
    with patience.limited(0.2), pytest.raises(OperationalError, match="did not answer in time"):
        run(other, "SELECT pg_sleep(30)")

    assert other.connection.closed


def test_after_one_such_wait_everything_else_fails_at_once(other):
    with patience.limited(0.2):
        with pytest.raises(OperationalError):
            run(other, "SELECT pg_sleep(30)")
        with pytest.raises(OperationalError):
            run(other, "SELECT 1")
        other.close()
        with pytest.raises(OperationalError, match="did not answer in time"):
            run(other, "SELECT 1")

    other.close()
    assert run(other, "SELECT 1") == (1,)


def test_slow_statements_together_use_the_patience_up_and_quick_ones_do_not(other):
    with patience.limited(0.9):
        for _ in range(30):
            run(other, "SELECT pg_sleep(0.05)")
        run(other, "SELECT pg_sleep(0.6)")
        with pytest.raises(OperationalError):
            run(other, "SELECT pg_sleep(0.6)")


def test_without_a_limit_a_thread_waits(other):
    assert run(other, "SELECT 1 FROM pg_sleep(0.6)") == (1,)


def test_a_long_act_may_ask_for_more():
    with patience.limited(0.3), transaction.atomic():
        patience.extend(30)
        assert run(connection, "SELECT 1 FROM pg_sleep(0.6)") == (1,)
        assert run(connection, "SHOW statement_timeout") == ("30s",)


def test_a_limit_ends_with_its_block():
    with patience.limited(5):
        assert patience.current() is not None

    assert patience.current() is None
