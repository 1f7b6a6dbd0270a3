"""The clock of the schedule: of any number of beat processes one sends tasks, elected in PostgreSQL.

The one that holds the lease sends; the others look every few seconds, and one takes over when it
has run out. When each entry was last sent stands in the database too, so the next holder sends what its
predecessor missed, and nothing twice.
"""

import logging
from typing import Any

from celery.beat import Scheduler
from django.db import Error, connection

from background import leases
from background.models import ClockEntry

log = logging.getLogger(__name__)

# Seconds: between two looks, and for how long a holder that says nothing is believed. A clean stop
# gives the lease back at once.
LOOK, LEASE = 5, 30
NAME = "beat"


class ElectedScheduler(Scheduler):
    """Sends the tasks of the schedule while this process holds the lease."""

    max_interval = LOOK

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.holder = leases.new_holder()
        self._holds = False
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Read the schedule of `vaxreg.celery`."""
        self.update_from_dict(self.app.conf.beat_schedule)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, if the lease is ours; return after how many seconds to look again."""
        try:
            if not leases.take(NAME, self.holder, LEASE):
                self._holds = False
                return LOOK
            if not self._holds:
                log.info("this beat sends from now on: %s", self.holder)
                self._go_on()
                self._holds = True
            return float(super().tick(*args, **kwargs))
        except Error as error:
            # Without the database no task could do anything; another beat may have the lease.
            log.warning("the lease of the schedule is not to be had: %s", type(error).__name__)
            self._holds = False
            connection.close()
            return LOOK

    def reserve(self, entry: Any) -> Any:
        """Note that an entry is sent now, before it is."""
        following: Any = super().reserve(entry)
        ClockEntry.objects.update_or_create(
            name=entry.name, defaults={"sent_at": following.last_run_at}
        )
        return following

    def close(self) -> None:
        """Let another beat take over at once."""
        try:
            leases.give_back(NAME, self.holder)
        except Error:
            log.warning("the lease of the schedule was not given back; it runs out by itself")
        super().close()

    def _go_on(self) -> None:
        """Begin where the last holder ended."""
        sent = dict(ClockEntry.objects.values_list("name", "sent_at"))
        for name, entry in self.schedule.items():
            if name in sent:
                entry.last_run_at = sent[name]
        self._heap = None
