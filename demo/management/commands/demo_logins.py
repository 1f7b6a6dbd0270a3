"""Prints who can sign in to the demo, and how: `manage.py demo_logins`."""

from typing import Any

from django.core.management.base import BaseCommand

from demo import seed


class Command(BaseCommand):
    help = "Print who can sign in to the demo, and how."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in seed.logins():
            self.stdout.write(line)
