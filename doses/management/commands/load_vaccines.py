"""`manage.py load_vaccines`: loads the vaccines used in Vietnam; may be run repeatedly."""

from typing import Any

from django.core.management.base import BaseCommand

from doses.vaccines import load_vaccines


class Command(BaseCommand):
    help = "Load or renew the vaccines used in Viet Nam."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Vaccines: {load_vaccines()}.")
