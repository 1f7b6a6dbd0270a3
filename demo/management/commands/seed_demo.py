"""Builds the demo district, or adds recent cases: `manage.py seed_demo`."""

from typing import Any

from django.core.management.base import BaseCommand

from demo import seed


class Command(BaseCommand):
    help = "Build the demo district, or top it up so that it is always about now."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(seed.seed())
