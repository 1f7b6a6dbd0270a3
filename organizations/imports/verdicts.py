"""The verdict for each row of a file: new, changed, the same, or refused with reasons."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.imports import columns
from organizations.imports.reading import SheetRow
from vaxreg.spreadsheets.reading import OLD_FONT


class RowVerdict(models.TextChoices):
    """What an import will do with a row."""

    REFUSED = "refused", gettext_lazy("left out")
    NEW = "new", gettext_lazy("new")
    CHANGED = "changed", gettext_lazy("changed")
    SAME = "same", gettext_lazy("as on record")


@dataclass
class JudgedRow:
    """A row with its verdict. `plan`: the values to write, without texts; part of the digest."""

    table: str
    line: int
    key: str
    name: str
    verdict: RowVerdict = RowVerdict.SAME
    says: list[str] = field(default_factory=list)
    plan: dict[str, Any] = field(default_factory=dict)
    is_hidden: bool = False

    def refuse(self, why: str) -> "JudgedRow":
        """Leave the row out, and add a reason; what was to become of it is not said any more."""
        if not self.is_refused:
            self.says.clear()
        self.verdict, self.plan = RowVerdict.REFUSED, {}
        self.says.append(why)
        return self

    def refuse_old_fonts(self, row: SheetRow) -> bool:
        """Leave the row out if a cell was typed in TCVN3 or VNI; what it may mean is proposed."""
        for heading in columns.HEADINGS[self.table]:
            if row.forms.get(heading.field) == OLD_FONT:
                self.refuse(
                    _(
                        "Column “%(column)s” is typed in an old font (TCVN3 or VNI), not in Unicode."
                        " It may mean “%(text)s”. Type it in Unicode and send the row again."
                    )
                    % {"column": columns.title(heading), "text": row.get(heading.field)[:60]}
                )
        return self.is_refused

    def tell_hidden(self) -> None:
        """Add that Excel does not show this row; it is read like the others."""
        self.is_hidden = True
        self.says.append(_("This row is hidden in the file."))

    @property
    def is_refused(self) -> bool:
        return self.verdict == RowVerdict.REFUSED


@dataclass
class Judgement:
    """All rows of a file, compared with the database at this moment."""

    rows: list[JudgedRow]
    # Fields whose columns Excel does not show, by table.
    hidden_columns: dict[str, list[str]] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of all planned changes, the same in every language."""
        told = [[row.table, row.line, row.verdict, row.plan] for row in self.rows]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """The number of rows by table and verdict."""
        counted = Counter((row.table, row.verdict.value) for row in self.rows)
        tables = dict.fromkeys(row.table for row in self.rows)
        return {
            table: {verdict: counted[table, verdict] for verdict in RowVerdict.values}
            for table in tables
        }

    def of(self, table: str, *verdicts: str) -> list[JudgedRow]:
        """Return the rows of a table with these verdicts."""
        return [row for row in self.rows if row.table == table and row.verdict in verdicts]

    @property
    def to_write(self) -> int:
        """How many rows will change the database."""
        return sum(row.verdict in (RowVerdict.NEW, RowVerdict.CHANGED) for row in self.rows)

    @property
    def hidden(self) -> list[JudgedRow]:
        """The rows that Excel does not show."""
        return [row for row in self.rows if row.is_hidden]

    @property
    def left_out(self) -> int:
        """How many rows are refused."""
        return sum(row.is_refused for row in self.rows)


def bare(code: str) -> str:
    """Return a numeric code without leading zeros, as Excel leaves it."""
    return code.lstrip("0") or "0"


def looks_like_formula(text: str) -> bool:
    """Whether the text begins like a spreadsheet formula."""
    return text[:1] in ("=", "+", "-", "@")


def among(words: Iterable[str]) -> str:
    """Return the possible words as a list for a sentence, without repetitions."""
    return ", ".join(dict.fromkeys(words))


def seen_in(line: int) -> str:
    """Return a text saying that an earlier row says the same."""
    return _("The same stands in row %(row)s already.") % {"row": line}
