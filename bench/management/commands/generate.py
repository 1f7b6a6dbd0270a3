"""`manage.py generate`: fills an empty registry with made-up people, doses and corrections."""

import os
import sys
from argparse import ArgumentParser
from datetime import datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from bench.generating import building
from bench.generating.building import NotEmpty
from bench.generating.checksums import checksums
from bench.generating.progress import Progress
from bench.generating.size import RegistrySize


class Command(BaseCommand):
    help = (
        "Fills an empty registry with made-up people, doses and corrections, always the same for the"
        " same seed. As the role that owns the tables (./run manage generate does so)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--doses", type=int, default=2_000_000)
        parser.add_argument("--people", type=int, help="records; half as many as doses")
        parser.add_argument("--corrections", type=int, help="one for 30 doses")
        parser.add_argument("--seed", type=int, default=9458)
        parser.add_argument(
            "--until",
            help="everything has happened by then (2026-11-30T08:00+07:00); the last midnight",
        )
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument(
            "--without-matching",
            action="store_true",
            help="without what matching compares: no record is found as another one's second",
        )
        parser.add_argument(
            "--without-coverage", action="store_true", help="without the sums of coverage"
        )

        parser.add_argument(
            "--checksums", action="store_true", help="print one for each table afterwards"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        doses: int = options["doses"]
        people: int = options["people"] or max(doses // 2, 1)
        corrections = options["corrections"]
        size = RegistrySize(
            doses=doses,
            people=people,
            corrections=doses // 30 if corrections is None else corrections,
            seed=options["seed"],
            until=_moment(options["until"]),
            matching=not options["without_matching"],
        )
        progress = Progress(doses, sys.stderr)
        try:
            building.build(
                size,
                max(options["processes"], 1),
                progress,
                figures=not options["without_coverage"],
            )
        except NotEmpty as filled:
            raise CommandError(
                f"This registry is not empty ({filled}). Made-up people are written only where"
                " nobody is on record."
            ) from None
        except ValueError as wrong:
            raise CommandError(str(wrong)) from None
        self.stdout.write(
            f"{doses:,} doses of {people:,} people, {size.corrections:,} corrections,"
            f" seed {size.seed}, until {size.until:%Y-%m-%d %H:%M %z}: {progress.finish()}."
        )
        if options["checksums"]:
            for table, checksum in checksums().items():
                self.stdout.write(f"{checksum}  {table}")
        if options["without_matching"]:
            self.stdout.write(
                "Left out: what matching compares. `manage.py fill_match_features` writes it."
            )
        if options["without_coverage"]:
            self.stdout.write("Left out: coverage. `manage.py rebuild_coverage` computes it.")


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.make_aware(datetime.combine(timezone.localdate(), time(0)))
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError(f"{text} is no moment, such as 2026-11-30T08:00+07:00.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
