"""Lists the work that killed its process again and again, and lets it be tried again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localtime

from background import counting
from background.set_aside import Described, described


class Command(BaseCommand):
    """`set_aside`, then after a mend `set_aside --again 17` or `set_aside --again all`"""

    help = (
        "Lists work that is set aside because its process died in it again and again (see WORK_TRIES)."
        " --again makes it due once more, after the reason is mended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--again", nargs="+", metavar="NUMBER", help="numbers from the list, or: all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        found = described()
        if options["again"]:
            self._again(found, options["again"])
        elif found:
            self._list(found)
        else:
            self.stdout.write("Nothing is set aside.")

    def _list(self, found: list[Described]) -> None:
        for one in found:
            row = one.row
            since = localtime(row.set_aside_at).strftime("%Y-%m-%d %H:%M")
            self.stdout.write(
                f"{row.pk}: {one.title}: {one.about} (since {since}, after {row.tries} tries)"
            )
        self.stdout.write(
            "Find out what kills the process: the log of the worker, memory, the row itself. After"
            " the mend: manage.py set_aside --again NUMBER, or --again all."
        )

    def _again(self, found: list[Described], wanted: list[str]) -> None:
        by_number = {str(one.row.pk): one for one in found}
        unknown = [number for number in wanted if number != "all" and number not in by_number]
        if unknown:
            raise CommandError(f"Not set aside: {', '.join(unknown)}. Nothing was changed.")
        chosen = (
            found if "all" in wanted else [by_number[number] for number in dict.fromkeys(wanted)]
        )
        for one in chosen:
            counting.try_again(one.row)
            self.stdout.write(f"will be tried again: {one.title}: {one.about}")
