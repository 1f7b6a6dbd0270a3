"""What is counted, what is a death and what is none, and how a batch that died is taken apart."""

from datetime import timedelta

import pytest

from background import counting, tasks
from background.counted_task import REST, CountedTask, _begin, _end
from background.counting import LEASE, Work
from background.models import WorkTry
from tests.background.dying import BETWEEN
from vaxreg import db_time
from vaxreg.celery import app

pytestmark = pytest.mark.django_db
WORK = Work("test.rows", "rows of a test")
KEYS = list(range(100))


def die(*keys: int, after: timedelta = timedelta(0)) -> list[int]:
    """Begin these pieces and never end them; return those that could be begun."""
    with db_time.at(db_time.now() + after):
        return counting._begin(WORK, list(keys))


def test_the_try_is_stored_while_the_work_is_done_and_gone_after_it():
    with counting.counted(WORK, [1, 2]) as begun:
        stored = list(WorkTry.objects.values_list("key", "tries"))

    assert begun == [1, 2]
    assert stored == [("1", 1), ("2", 1)]
    assert not WorkTry.objects.exists()


@pytest.mark.parametrize("ending", [ValueError, MemoryError, KeyboardInterrupt])
def test_an_exception_is_no_death(ending: type[BaseException]):
    with pytest.raises(ending), counting.counted(WORK, [1]):
        raise ending

    assert not WorkTry.objects.exists()


@pytest.mark.parametrize("ending", [SystemExit, GeneratorExit])
def test_what_ends_the_process_stays_counted(ending: type[BaseException]):
    with pytest.raises(ending), counting.counted(WORK, [1]):
        raise ending

    assert WorkTry.objects.get().tries == 1


def test_a_piece_that_another_process_has_is_left_to_it_and_counts_no_death():
    with counting.counted(WORK, [1]), counting.counted(WORK, [1, 2]) as second:
        assert second == [2]
        assert WorkTry.objects.get(key="1").tries == 1

    assert not WorkTry.objects.exists()


@pytest.mark.parametrize("tries", [2, 3, 5])
def test_it_is_set_aside_after_the_number_of_the_setting(settings, caplog, tries: int):
    settings.WORK_TRIES = tries

    begun = [die(1, after=number * BETWEEN) for number in range(tries + 2)]

    assert begun == [[1]] * tries + [[], []]
    assert counting.set_aside_of(WORK) == {"1"}
    assert caplog.text.count("set aside after") == 1
    assert "manage.py set_aside" in caplog.text


def test_deaths_with_a_success_between_them_do_not_add_up():
    for number in range(4):
        die(1, after=2 * number * BETWEEN)
        with (
            db_time.at(db_time.now() + (2 * number + 1) * BETWEEN),
            counting.counted(WORK, [1]) as begun,
        ):
            assert begun == [1]

    assert not WorkTry.objects.exists()


def test_a_batch_is_one_piece_until_somebody_died_in_it():
    assert [len(piece) for piece in counting.pieces(WORK, KEYS, 100)] == [100]
    assert [len(piece) for piece in counting.pieces(WORK, KEYS, 60)] == [60, 40]


def test_what_died_together_is_tried_in_smaller_pieces_and_at_last_alone():
    die(*KEYS[:20])
    after_one = sorted(len(piece) for piece in counting.pieces(WORK, KEYS, 100))
    die(*KEYS[:10], after=BETWEEN)
    after_two = sorted(len(piece) for piece in counting.pieces(WORK, KEYS, 100))

    assert after_one == [10, 10, 80]
    assert after_two == [1] * 10 + [10, 80]


def test_with_two_tries_only_what_died_together_is_tried_alone_at_once(settings):
    settings.WORK_TRIES = 2
    die(*KEYS[:3])

    assert [len(piece) for piece in counting.pieces(WORK, KEYS[:3], 100)] == [1, 1, 1]


def test_every_task_is_counted():
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]

    assert ours
    assert all(isinstance(task, CountedTask) for task in ours)


def begin_task(message: str, after: timedelta = timedelta(0)) -> bool:
    with db_time.at(db_time.now() + after):
        return _begin("test.task", "[7]", message)


def test_a_message_that_is_delivered_again_and_again_is_set_aside():
    assert [begin_task("a") for _delivery in range(5)] == [True, True, True, False, False]
    assert WorkTry.objects.get().tries == 3


def test_messages_of_one_task_that_run_at_once_are_no_deaths():
    assert all(begin_task(f"message {number}") for number in range(10))
    for number in range(10):
        _end("test.task", "[7]", f"message {number}")
    assert not WorkTry.objects.exists()


def test_a_task_that_is_killed_for_its_time_counts_as_well():
    begun = [begin_task(f"minute {number}", number * BETWEEN) for number in range(5)]

    assert begun == [True, True, True, False, False]


def test_a_task_rests_for_an_hour_then_one_more_death_is_enough_and_a_success_clears_it():
    for _delivery in range(4):
        begin_task("a")
    later = REST + LEASE

    assert begin_task("b", timedelta(minutes=59)) is False
    assert begin_task("c", later) is True
    assert begin_task("c", later) is False
    assert begin_task("d", 2 * later) is True
    with db_time.at(db_time.now() + 2 * later):
        _end("test.task", "[7]", "d")
    assert not WorkTry.objects.exists()


def test_a_death_in_a_row_is_the_deed_of_the_row_and_not_of_the_task():
    token = counting.current_message.set("a")
    begun = []
    for row in range(6):
        # Each time another row kills it: the task must come to the rows behind them.
        begun.append(begin_task("a", row * timedelta(seconds=1)))
        die(row, after=row * timedelta(seconds=1))
    counting.current_message.reset(token)

    assert begun == [True] * 6


def test_what_died_and_was_never_tried_again_is_forgotten_after_a_week():
    die(1)
    for number in range(4):
        die(2, after=number * BETWEEN)

    with db_time.at(db_time.now() + timedelta(days=6)):
        tasks.forget()
    kept = WorkTry.objects.count()
    with db_time.at(db_time.now() + timedelta(days=8)):
        tasks.forget()

    assert kept == 2
    assert counting.set_aside_of(WORK) == {"2"}
