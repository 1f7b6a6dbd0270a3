"""Writes a signed list of the police about people of the demo: `manage.py demo_cleansing_list`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import police


class Command(BaseCommand):
    help = "Write a list as the police send it, signed by a key of the demo, to try an import with."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only a demo signs its own lists.")
        content, signature = police.write()
        self.stdout.write(f"./run manage import_cleansing_list {content} {signature} --trial")
