"""Measure the product: `manage.py bench sweep`. Targets and results: docs/benchmarks.md."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from corrections.bench import dataset, sweeping, webtier
from corrections.bench.results import Figure, as_json, table
from corrections.models import Correction


class Command(BaseCommand):
    help = "Measures the sweep and the web tier, in a database made for it and dropped again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["sweep"])
        parser.add_argument("--open", type=int, default=50_000, help="open cases of the idle pass")
        parser.add_argument("--overdue", type=int, default=5_000)
        parser.add_argument("--breaches", type=int, default=100_000, help="after an outage")
        parser.add_argument("--provinces", type=int, default=8)
        parser.add_argument(
            "--rounds", type=int, default=5, help="of the web tier; 0 leaves it out"
        )
        parser.add_argument("--acts", type=int, default=200, help="filings and decisions a round")
        parser.add_argument("--seed", type=int, default=9458)
        parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
        parser.add_argument(
            "--here", action="store_true", help="in this database, which must hold no cases"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with this_database() if options["here"] else database_of_its_own() as name:
            self.stdout.write(f"database {name}, seed {options['seed']}")
            dataset.build_country(options["provinces"])
            figures = self._measure(options)
        if options["json"]:
            self.stdout.write(json.dumps({"bench": "sweep", "figures": as_json(figures)}))

    def _measure(self, options: dict[str, Any]) -> list[Figure]:
        seed = options["seed"]
        figures: list[Figure] = []
        measurements: list[Callable[[], list[Figure]]] = [
            partial(sweeping.idle, options["open"], seed),
            partial(sweeping.overdue, options["overdue"], seed),
            partial(sweeping.outage, options["breaches"], seed),
            sweeping.change_of_rules,
            partial(webtier.compared, options["rounds"], options["acts"], seed),
        ]
        for measure in measurements:
            found = measure()
            figures += found
            if found:
                self.stdout.write(table(found))
        return figures


@contextmanager
def this_database() -> Iterator[str]:
    """Use the database at hand, unless it holds anybody's cases."""
    if Correction.objects.exists():
        raise CommandError("This database holds cases. Benchmarks need one without.")
    yield str(connection.settings_dict["NAME"])


@contextmanager
def database_of_its_own() -> Iterator[str]:
    """Make a database beside the one at hand, use it, and drop it."""
    usual = connection.settings_dict["NAME"]
    own = f"{usual}_bench"
    quoted = connection.ops.quote_name(own)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quoted}")
    _use(own)
    try:
        call_command("migrate", verbosity=0)
        yield own
    finally:
        _use(usual)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")


def _use(name: Any) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
