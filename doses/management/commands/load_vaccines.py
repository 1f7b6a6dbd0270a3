"""`manage.py load_vaccines`: loads vaccines, rules and schedule; may be run repeatedly."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from doses.vaccines import FOLDER, load_vaccines


class Command(BaseCommand):
    help = "Load or renew the vaccines used in Viet Nam, the rules about them, and the schedule."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            default=FOLDER,
            help="The folder with vaccine_groups.csv, vaccines.csv, vaccine_rules.csv, schedule.csv",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Vaccines: {load_vaccines(options['folder'])}.")
