"""`manage.py rebuild_coverage`: computes coverage from all doses; prints how much was wrong."""

from typing import Any

from django.core.management.base import BaseCommand

from uptake.fold import rebuild


class Command(BaseCommand):
    help = "Count vaccination coverage anew from every dose; pages go on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        built = rebuild()
        self.stdout.write(f"People: {built.courses}; {built.wrong_courses} put right.")
        self.stdout.write(f"Sums: {built.sums}; {built.wrong_sums} put right.")
