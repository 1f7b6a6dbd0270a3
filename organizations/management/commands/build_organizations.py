"""`manage.py build_organizations`: the tree from the ministry to every commune health station."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from organizations.build import build_organizations
from organizations.models import Area, Organization


class Command(BaseCommand):
    help = "Build the organizations of every area; what exists is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Area.objects.exists():
            raise CommandError("There are no areas yet. Run load_areas first.")
        added = build_organizations()
        self.stdout.write(f"Organizations: {Organization.objects.count()}; {added} new.")
