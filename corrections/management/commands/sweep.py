"""Runs one pass of the sweep without Celery: `manage.py sweep`."""

from typing import Any

from django.core.management.base import BaseCommand

from corrections import sweep


class Command(BaseCommand):
    help = "Do lost errands, write breaches, escalate, remind: what beat does every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep.sweep()
        self.stdout.write(
            f"{swept.errands} errands, {swept.breaches} breaches, {swept.reminders} reminders"
        )
        for reference in swept.failed:
            self.stderr.write(f"skipped, see the log: {reference}")
