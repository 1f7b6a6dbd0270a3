"""Count the sums of all sites anew: after doses were written by other means than this program."""

from typing import Any

from django.core.management.base import BaseCommand

from recording.site_days import fold


class Command(BaseCommand):
    help = "Note every day of every site; the job of the next minutes counts them anew."

    def handle(self, *args: Any, **options: Any) -> None:
        fold.recount_everything()
