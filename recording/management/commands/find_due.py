"""Find what is due for everybody: once after the tables were made, or after doses came otherwise."""

from typing import Any

from django.core.management.base import BaseCommand

from recording.due import fold


class Command(BaseCommand):
    help = "Begin to find what is due for everybody; the job of the next minutes goes on with it."

    def handle(self, *args: Any, **options: Any) -> None:
        fold.sweep()
