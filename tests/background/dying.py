"""Work that kills its process for real: a forked process, and SIGKILL in the middle of a row."""

import os
import signal
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from background.counting import LEASE
from vaxreg import db_time

# Longer than every claim and lease: what died in one pass is due again in the next one.
BETWEEN = max(LEASE, timedelta(seconds=90)) + timedelta(seconds=10)


def dies_in(work: Callable[[], object]) -> bool:
    """Run `work` in a process of its own; return whether the process was killed in it."""
    # Two processes must not talk on one connection.
    connection.close()
    child = os.fork()
    if child == 0:
        code = 1
        # While a browser runs, the parent keeps its connections per task of an event loop; here is
        # none, and the one of before the browser would be found, on which the parent talks too.
        # `os._exit` closes nothing.
        inherited = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = inherited.copy()
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed; see stderr"
    return os.WIFSIGNALED(status)


def deaths(work: Callable[[], object], *, begin: datetime, most: int = 8) -> int:
    """Run `work` again and again, as the schedule does; return how many processes died in it.

    Ends after two passes in a row that nobody died in.
    """
    died = survived = 0
    for number in range(most):
        with db_time.at(begin + number * BETWEEN):
            if dies_in(work):
                died, survived = died + 1, 0
            else:
                survived += 1
        if survived == 2:
            return died
    raise AssertionError(f"it killed {died} of {most} processes, and would go on")


def kill_when(
    monkeypatch: pytest.MonkeyPatch, where: Any, name: str, is_bad: Callable[..., bool]
) -> None:
    """Replace a function by itself, except that its process is killed when `is_bad(*arguments)`."""
    real = getattr(where, name)

    def poisoned(*args: Any, **kwargs: Any) -> Any:
        if is_bad(*args):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    monkeypatch.setattr(where, name, poisoned)
