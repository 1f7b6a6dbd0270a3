"""What nobody but the clerk can know of a file: which of day and month comes first, and the like.

A question is stored as {"kind", "column", "samples", "choices"}, its answer under its name.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recording.imports.reading.dates import (
    DAY_FIRST,
    FROM_1900,
    FROM_1904,
    MONTH_FIRST,
    DateColumn,
    day_of,
)
from recording.imports.reading.files import EMPTY, XLSX, FileForm, Line
from recording.imports.reading.rows import spans
from vaxreg.spreadsheets import old_fonts

ORDER, SWAPPED, EPOCH, OLD_FONT = "order", "swapped", "epoch", "old_font"
# Of a file of doses.
DATE_COLUMNS = ("born", "given_on")
# Its days lie too far apart to tell which calendar of Excel they are counted in.
BIRTH = "born"
YES, NO = "yes", "no"
MOST_SAMPLES = 5


@dataclass(frozen=True)
class Question:
    """One open question. samples: pairs of what stands in the file and what it would become."""

    kind: str
    column: str
    choices: tuple[str, ...]
    samples: list[list[str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.column}"

    def as_json(self) -> dict[str, Any]:
        """Return it for DoseImport.questions."""
        return {
            "kind": self.kind,
            "column": self.column,
            "choices": list(self.choices),
            "samples": self.samples,
        }


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[Question]:
    """Return the questions that `as_json` has made."""
    return [
        Question(one["kind"], one["column"], tuple(one["choices"]), one["samples"])
        for one in stored
    ]


@dataclass
class Survey:
    """What all lines of a file have shown of its dates (the columns `dates`) and fonts."""

    dates: Sequence[str] = DATE_COLUMNS
    columns: dict[str, DateColumn] = field(init=False)
    old: list[list[str]] = field(default_factory=list)
    rows: int = 0

    def __post_init__(self) -> None:
        self.columns = {name: DateColumn() for name in self.dates}

    def add(self, line: Line, mapping: Mapping[str, int]) -> None:
        """Look at one line below the header."""
        cells = line[1]
        self.rows += 1
        for name, column in self.columns.items():
            at = mapping.get(name, -1)
            if 0 <= at < len(cells):
                column.add(cells[at])
        at = mapping.get("full_name", -1)
        name_cell = cells[at] if 0 <= at < len(cells) else EMPTY
        if len(self.old) < MOST_SAMPLES and not name_cell.text.isascii():
            old = old_fonts.recognize(name_cell.text)
            if old is not None:
                self.old.append([name_cell.text[:60], old.text[:60]])

    def questions(self, form: FileForm, today: dt.date) -> list[Question]:
        """Return what the lines leave open."""
        of_columns = spans(today)
        found = []
        for name, column in self.columns.items():
            if column.may_be_swapped:
                found.append(Question(SWAPPED, name, (YES, NO)))
            if not column.order:
                samples = [[text, ""] for text in column.samples]
                found.append(Question(ORDER, name, (DAY_FIRST, MONTH_FIRST), samples))
            epochs = column.epochs(of_columns[name])
            if len(epochs) > 1 and form.kind != XLSX and name != BIRTH:
                days = [[str(column.least), day_of(column.least, epoch)] for epoch in epochs]
                found.append(Question(EPOCH, name, (FROM_1900, FROM_1904), days))
        if self.old:
            found.append(Question(OLD_FONT, "full_name", (YES, NO), self.old))
        return found

    def reading(self, form: FileForm, today: dt.date) -> dict[str, Any]:
        """Return for DoseImport.reading how dates and fonts are read, by what the lines show."""
        epoch = self._epoch(form, today)
        of_dates = {
            name: {"order": column.order or DAY_FIRST, "epoch": epoch, "is_swapped": False}
            for name, column in self.columns.items()
        }
        return {"converts": True, **of_dates}

    def _epoch(self, form: FileForm, today: dt.date) -> str:
        """Return the calendar: a workbook says it, in a CSV the days of the doses do."""
        if form.kind == XLSX:
            return FROM_1904 if form.is_from_1904 else FROM_1900
        for name in self.dates:
            epochs = self.columns[name].epochs(spans(today)[name]) if name != BIRTH else []
            if epochs:
                return epochs[0]
        return FROM_1900


def with_answers(reading: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    """Return how the file is read when the clerk has answered the questions."""
    told: dict[str, Any] = {"converts": answers.get(f"{OLD_FONT}-full_name") != NO}
    epochs = [told for name, told in answers.items() if name.startswith(f"{EPOCH}-") and told]
    for name in reading.keys() - told:
        shown = reading[name]
        told[name] = {
            "order": answers.get(f"{ORDER}-{name}") or shown["order"],
            "epoch": next(iter(epochs), shown["epoch"]),
            "is_swapped": answers.get(f"{SWAPPED}-{name}") == YES,
        }
    return told
