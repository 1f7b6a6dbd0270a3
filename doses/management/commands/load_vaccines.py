"""`manage.py load_vaccines`: the vaccines used in Viet Nam; run it as often as you like."""

from typing import Any

from django.core.management.base import BaseCommand

from doses.vaccines import load_vaccines


class Command(BaseCommand):
    help = "Load or renew the vaccines used in Viet Nam."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Vaccines: {load_vaccines()}.")
