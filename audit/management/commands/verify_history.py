"""Checks that nobody changed the history behind the application."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import chain
from audit.models import Seal


class Command(BaseCommand):
    """`verify_history`; it ends with 1 when a seal does not fit"""

    help = (
        "Compares events, revisions and visits with the seals over them, and prints the head of the"
        " chain. Compare that with the head you noted elsewhere: whoever rewrites all has another."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = chain.seal_all()
        broken = list(chain.verify())
        for one in broken:
            self.stderr.write(
                f"seal {one.seal.pk} over {one.seal.table}, {one.seal.at:%Y-%m-%d %H:%M}: {one.why}"
            )
        if broken:
            raise CommandError(f"{len(broken)} of {Seal.objects.count()} seals do not fit.")
        newest = chain.head()
        self.stdout.write(f"{Seal.objects.count()} seals fit ({made} of them new).")
        if newest:
            self.stdout.write(f"head: {newest.hash}, seal {newest.pk}")
