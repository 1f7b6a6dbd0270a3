"""Writes the features of records that were there before matching, or were written in bulk."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from citizens.models import Citizen
from matching.models import MatchFeature
from matching.writing import fill


class Command(BaseCommand):
    """`fill_match_features`: stopped, it goes on where it was."""

    help = "Writes the features for matching of all records that have none, with progress."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--again", action="store_true", help="also those that are there")
        parser.add_argument("--after", type=int, default=0, help="leave out ids up to this one")

    def handle(self, *args: Any, **options: Any) -> None:
        people = Citizen.objects.filter(pk__gt=options["after"]).count()
        wanted = people if options["again"] else people - MatchFeature.objects.count()
        done = 0
        for last, done in fill(again=options["again"], after=options["after"]):
            self.stdout.write(f"{done:,} of {wanted:,}, up to id {last}")
        self.stdout.write(f"{done:,} records written.")
