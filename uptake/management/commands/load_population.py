"""`manage.py load_population FILE`: loads the population, the denominator of coverage."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from uptake.models import Band
from uptake.population import COLUMNS, NotLoaded, load


class Command(BaseCommand):
    help = (
        f"Load a CSV table with the columns {', '.join(COLUMNS)}; age bands are"
        f" {', '.join(Band.values)}. All of it or, with a mistake in any row, nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            loaded = load(text.splitlines())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        except NotLoaded as error:
            raise CommandError(f"Nothing was loaded.\n{error}") from None
        self.stdout.write(f"Population: {loaded} rows.")
