"""Finds pairs of records that may be one person's, now, or shows how far runs have come."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching import runs
from matching.models import MatchPair, MatchRun

SHOWN = 5


class Command(BaseCommand):
    """`find_matches`, `find_matches --whole`, `find_matches --status`"""

    help = (
        "Compares what is new or changed with all records, as every night; --whole: all with all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--whole", action="store_true", help="everything against everything")
        what.add_argument("--status", action="store_true", help="show the last runs, start none")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["status"]:
            kind = MatchRun.Kind.WHOLE if options["whole"] else MatchRun.Kind.CHANGED
            try:
                run = runs.start(kind)
            except runs.AlreadyRunning:
                raise CommandError("Another run has not ended yet; see --status.") from None
            if run.state == MatchRun.State.FAILED:
                raise CommandError(run.message)
        for run in MatchRun.objects.all()[: SHOWN if options["status"] else 1]:
            self._show(run)
        waiting = MatchPair.objects.filter(decision=MatchPair.Decision.OPEN).count()
        self.stdout.write(f"{waiting:,} pairs wait for a decision.")

    def _show(self, run: MatchRun) -> None:
        self.stdout.write(
            f"{run.started_at:%Y-%m-%d %H:%M} {run.kind}: {run.state}, {run.changed:,} of"
            f" {run.people:,} records, {run.found:,} pairs {run.message}".rstrip()
        )
        for stage, (rows, seconds) in run.stages.items():
            self.stdout.write(f"  {stage:<12} {rows:>12,} rows {seconds:>8.1f} s")
