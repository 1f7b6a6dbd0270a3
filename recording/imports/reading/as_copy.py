"""Read rows as the lines of text that PostgreSQL's COPY takes, in the columns of the staging table."""

import re
from collections.abc import Iterable
from datetime import date, time

from recording.imports.models import ImportedRow
from recording.imports.reading.rows import ReadRow
from vaxreg.encryption import FIELDS
from vaxreg.id_numbers import number_hashes

# As plain texts: COPY writes an enumeration far more slowly.
ERROR, NEW = ImportedRow.Verdict.ERROR.value, ImportedRow.Verdict.NEW.value
LABEL = f"{ImportedRow._meta.label_lower}.number"
# Of the row, and those that only the search for its person needs.
COLUMNS = (
    *("line", "verdict", "findings", "has_warning", "full_name", "date_of_birth"),
    *("birth_precision", "sex", "number", "number_hash", "phone", "area_id", "vaccine_id"),
    *("given_on", "lot", "kind", "ordinal", "venue", "given_time", "given_by", "person_key"),
)
FOR_MATCHING = ("name_marked", "is_bare", "born_digits", "number_hashes")
NULL = "\\N"
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile(r"[\\\t\n\r\b\f\v]")
_TABLE = str.maketrans(_ESCAPED | {"\v": "\\v"})
_IN_ARRAY = str.maketrans({"\\": "\\\\", '"': '\\"'})


def copy_text(rows: Iterable[ReadRow]) -> bytes:
    """Return the rows in COPY's text format, the columns COLUMNS and FOR_MATCHING, in UTF-8."""
    return "".join(map(_line, rows)).encode()


def _line(row: ReadRow) -> str:
    hashes = number_hashes(row.number) if not row.errors else []
    born = row.born.first.isoformat() if row.born else ""
    return "\t".join(
        (
            str(row.line),
            ERROR if row.errors else NEW,
            _array(row.errors + row.warnings),
            "t" if row.warnings else "f",
            _text(row.full_name),
            born or NULL,
            str(row.born.precision) if row.born else "",
            row.sex,
            _text(FIELDS.encrypt(row.number, LABEL)) if hashes else NULL,
            hashes[0] if hashes else NULL,
            _text(row.phone),
            _plain(row.area),
            _plain(row.vaccine),
            _plain(row.given_on),
            _text(row.lot),
            row.kind,
            _plain(row.ordinal),
            _text(row.venue),
            _plain(row.given_time),
            _text(row.given_by),
            str(row.person_key),
            _text(row.name_marked),
            "t" if row.is_bare else "f",
            born.replace("-", ""),
            "{" + ",".join(hashes) + "}\n",
        )
    )


def _text(text: str) -> str:
    return text.translate(_TABLE) if _TO_ESCAPE.search(text) else text


def _plain(value: int | date | time | None) -> str:
    return NULL if value is None else str(value)


def _array(texts: list[str]) -> str:
    if not texts:
        return "{}"
    return _text("{" + ",".join(f'"{one.translate(_IN_ARRAY)}"' for one in texts) + "}")
