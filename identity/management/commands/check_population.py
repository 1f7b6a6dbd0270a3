"""Asks the population database about everybody with an ID number, and shows how far it has come."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.timezone import localtime

from identity.population import asking, runs
from identity.population.client import is_on
from identity.population.models import TROUBLE_LABELS, PopulationRun
from identity.population.runs import Progress

# Seconds between two lines.
EVERY = 5.0


class Command(BaseCommand):
    """`check_population`; `check_population --show`"""

    help = (
        "Begins a sweep over everybody with an ID number, or goes on with the one that runs. It may be"
        " stopped at any time: the workers go on, once a minute, and so does this command."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="only say how far it has come")

    def handle(self, *args: Any, **options: Any) -> None:
        # All that a terminal shows is English.
        with translation.override("en"):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        if options["show"]:
            newest = PopulationRun.objects.order_by("-pk").first()
            self._say(newest)
            return
        if not is_on():
            raise CommandError("POPULATION_URL is not set (a demo asks only its own stand-in).")
        run = runs.begin()
        try:
            while True:
                passed = asking.ask_due(EVERY)
                now = self._say(run)
                if now.run.ended_at is not None:
                    return
                if not passed.answered:
                    time.sleep(EVERY)
        except KeyboardInterrupt:
            self.stdout.write("Stopped. The workers go on; this command shows it again.")

    def _say(self, run: PopulationRun | None) -> Progress:
        if run is None:
            raise CommandError("No sweep was ever begun.")
        now = runs.progress(run)
        self.stdout.write(in_words(now))
        return now


def in_words(now: Progress) -> str:
    """Return one line: how many of all, how fast, how long still, and what is wrong."""
    run = now.run
    parts = [
        f"{run.done:,} of {run.total:,} ({now.percent:.1f} %)",
        f"{run.matched:,} match, {run.mismatched:,} differ, {run.not_found:,} not found,"
        f" {run.bad_format:,} cannot be asked, {run.left_out:,} left out",
        f"{run.per_second:.1f} a second",
    ]
    if run.ended_at is not None:
        parts.append(f"ended at {localtime(run.ended_at):%d/%m/%Y %H:%M}")
    elif now.remaining is not None:
        parts.append(f"about {_rounded(now.remaining)} left")
    if now.failing_since is not None and now.trouble is not None and now.next_try is not None:
        trouble = str(TROUBLE_LABELS[now.trouble])
        parts.append(
            f"{trouble} (since {localtime(now.failing_since):%d/%m %H:%M},"
            f" next try at {localtime(now.next_try):%H:%M:%S})"
        )
    return " · ".join(parts)


def _rounded(time_left: timedelta) -> timedelta:
    return timedelta(seconds=round(time_left.total_seconds()))
