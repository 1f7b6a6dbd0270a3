"""`manage.py load_areas`: loads provinces, districts and communes; may be run repeatedly."""

from typing import Any

from django.core.management.base import BaseCommand

from organizations.areas import load_areas
from organizations.models import Area


class Command(BaseCommand):
    help = "Load or renew the provinces, districts and communes of Viet Nam."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = load_areas()
        counts = [Area.objects.current().filter(level=level).count() for level in Area.Level.values]
        self.stdout.write(
            "Areas: {} provinces, {} districts, {} communes; {} new or changed.".format(
                *counts, changed
            )
        )
