"""A Celery worker that dies whenever it counts figures; started by test_worker.py as a process.

The figures stand for any work that no row of a table explains.
"""

import os
from typing import Any

from celery.signals import worker_process_init

from vaxreg.celery import app as app


@worker_process_init.connect
def poison(**_signal: Any) -> None:
    """Let the process end in the middle of the task, as after a segmentation fault."""
    from reporting import daily_job

    daily_job.refresh = lambda: os._exit(139)
