"""Imports a signed list of the police: tried first, applied, and taken back if it was wrong."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from identity.cleansing import importing
from identity.cleansing.importing import NotToBeUndone
from identity.cleansing.judging import Judged, Result
from identity.cleansing.models import CleansingRow
from identity.cleansing.reading import Unreadable
from identity.cleansing.signature import NotSigned
from identity.population.facts import named


class Command(BaseCommand):
    """`import_cleansing_list list.csv list.sig --trial`, then without; `--undo 3`."""

    help = (
        "Corrects records as a list of the police says (dispatch 2262), whose signature must be good by"
        " POLICE_LIST_KEY. Each row is told. Stopped in between, the same command goes on."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="CSV in UTF-8")
        parser.add_argument("signature", nargs="?", type=Path, help="raw, or in base64")
        parser.add_argument("--trial", action="store_true", help="only say what it would do")
        parser.add_argument("--undo", type=int, metavar="RUN", help="take a list back")

    def handle(self, *args: Any, **options: Any) -> None:
        # All that a terminal shows is English.
        with translation.override("en"):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        file, signature = options["file"], options["signature"]
        if options["undo"] is not None:
            if file is not None or options["trial"]:
                raise CommandError("--undo takes the number of a list, and nothing else.")
            self._undo(options["undo"])
            return
        if file is None or signature is None:
            raise CommandError("Name the list and the file with its signature.")
        try:
            content, signed = file.read_bytes(), signature.read_bytes()
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        try:
            if options["trial"]:
                self._tell(importing.trial(content, signed), is_trial=True)
            else:
                self._import(content, signed, file.name)
        except (NotSigned, Unreadable) as refused:
            raise CommandError(str(refused)) from None

    def _import(self, content: bytes, signed: bytes, name: str) -> None:
        run, rows = importing.begin(content, signed, name)
        if run.ended_at is not None:
            raise CommandError(f"This list was imported already, as {run.pk}. Nothing was changed.")
        if run.next_row:
            self.stdout.write(f"going on after {run.next_row} of {run.total} rows")
        while done := importing.apply_next(run, rows):
            self._tell(done)
        self.stdout.write(f"list {run.pk}; to take it back: import_cleansing_list --undo {run.pk}")

    def _undo(self, number: int) -> None:
        counts: Counter[str] = Counter()
        try:
            for row in importing.undo(number):
                counts[row.undone] += 1
                self.stdout.write(f"line {row.line}: {CleansingRow.Undone(row.undone).label}")
        except NotToBeUndone as refused:
            raise CommandError(str(refused)) from None
        self._sum(counts, CleansingRow.Undone)

    def _tell(self, rows: Any, *, is_trial: bool = False) -> None:
        counts: Counter[str] = Counter()
        for judged in rows:
            counts[judged.result] += 1
            self.stdout.write(in_words(judged, is_trial=is_trial))
        self._sum(counts, Result)

    def _sum(self, counts: Counter[str], labels: Any) -> None:
        parts = [f"{labels(one).label}: {count:,}" for one, count in sorted(counts.items())]
        self.stdout.write(" · ".join(parts) or "no rows")


def in_words(judged: Judged, *, is_trial: bool) -> str:
    """Return one line of the report: the line of the file, the number masked, and what became of it."""
    label = str(judged.result.label)
    if is_trial and judged.result == Result.CHANGED:
        label = "Would change"
    parts = [
        *(f"line {judged.row.line}", judged.person, label),
        *(named(judged.fields), judged.reason),
    ]
    return ": ".join(part for part in parts if part)
