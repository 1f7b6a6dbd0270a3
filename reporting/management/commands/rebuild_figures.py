"""Computes the figures of closed days again from events, and prints which days differ."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reporting import daily_job
from reporting.models import ReportDay


class Command(BaseCommand):
    help = (
        "Computes the figures of closed days again from events. Rows that are missing are written;"
        " a stored figure that differs is reported, never changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        first = options["first"] or date.min
        last = options["last"] or date.max
        different = daily_job.rebuild(first, last)
        days = ReportDay.objects.filter(day__range=(first, last)).count()
        if different:
            names = ", ".join(f"{day:%Y-%m-%d}" for day in different)
            raise CommandError(
                f"{len(different)} of {days} days differ from what is stored: {names}"
            )
        self.stdout.write(f"{days} days are as they were.")
