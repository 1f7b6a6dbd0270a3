"""The trial of a file: its lines are read, staged with COPY, matched and judged, chunk by chunk.

Nothing is written to the register. Each chunk is one transaction with the place in the file: a
worker that is killed loses nothing and doubles nothing.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from matching.features import PersonFacts
from matching.joining import PROVEN
from organizations.models import Area
from recording.imports import judging, matching
from recording.imports.models import DoseImport, ImportedRow
from recording.imports.reading import words
from recording.imports.reading.dates import DateReading
from recording.imports.reading.files import FileForm, Line, lines_of
from recording.imports.reading.rows import ReadRow, RowReader, RowReading
from recording.imports.sent_file import SentFile
from vaxreg.encryption import FIELDS
from vaxreg.id_numbers import number_hashes
from vaxreg.typed.birth_dates import BirthDate

CHUNK = 5_000
# As plain texts: COPY writes an enumeration far more slowly.
ERROR, NEW = ImportedRow.Verdict.ERROR.value, ImportedRow.Verdict.NEW.value
COLUMNS = (
    *("line", "verdict", "findings", "has_warning", "full_name", "date_of_birth"),
    *("birth_precision", "sex", "number", "number_hash", "phone", "area_id", "vaccine_id"),
    *("given_on", "lot", "kind", "ordinal", "venue", "given_time", "given_by", "person_key"),
)
FOR_MATCHING = ("name_marked", "is_bare", "born_digits", "number_hashes")
STAGED = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged_dose (
    line integer PRIMARY KEY, verdict text, findings text[], has_warning boolean, full_name text,
    date_of_birth date, birth_precision text, sex text, number text, number_hash text, phone text,
    area_id bigint, vaccine_id bigint, given_on date, lot text, kind text, ordinal smallint,
    venue text, given_time time, given_by text, person_key bigint, name_marked text, is_bare boolean, born_digits text, number_hashes text[],
    joined text NOT NULL DEFAULT '', citizen_id bigint, candidates bigint[] NOT NULL DEFAULT '{}',
    dose_id bigint
)
"""
# The columns by which the planner guesses how many rows there are; all of them take as long as COPY.
PLANNED_BY = "line, verdict, number_hashes, person_key"
TAKE = f"""
INSERT INTO recording_importedrow (dose_import_id, {", ".join(COLUMNS)}, joined, citizen_id,
       candidates, dose_id, revision)
SELECT %(import)s, {", ".join(COLUMNS)}, joined, citizen_id, candidates, dose_id, 0
  FROM staged_dose ORDER BY line
"""  # noqa: S608 — names of columns from above


def parts_of(sent: SentFile) -> Iterator[bytes]:
    """Yield the file, a part at a time."""
    rows = sent.parts.order_by("number")
    for pk in list(rows.values_list("pk", flat=True)):
        yield bytes(rows.get(pk=pk).content)


def form_of(sent: SentFile) -> FileForm:
    return FileForm(**sent.form)


def lines_below(sent: SentFile) -> Iterator[Line]:
    """Yield the lines below the header."""
    for line in lines_of(form_of(sent), parts_of(sent)):
        if line[0] > sent.header_line:
            yield line


def reading_of(dose_import: DoseImport) -> RowReading:
    """Return how the lines are read, as the survey and the clerk have said."""
    said = dose_import.reading
    return RowReading(
        mapping=dose_import.mapping,
        today=timezone.localdate(dose_import.made_at),
        vaccines=words.vaccines(),
        first_days=words.first_days(),
        areas=_areas() if "area" in dose_import.mapping else {},
        born=DateReading(**said["born"]),
        given_on=DateReading(**said["given_on"]),
        converts=said["converts"],
    )


def _areas() -> dict[str, int]:
    communes = Area.objects.filter(level=Area.Level.COMMUNE)
    return dict(communes.values_list("code", "pk"))


class Checker:
    """Checks one file from where it is; used by one worker at a time."""

    def __init__(self, dose_import: DoseImport) -> None:
        self._import = dose_import
        self._lines = lines_below(dose_import)
        self._reader = RowReader(reading_of(dose_import))
        self._is_proven = dose_import.number_proof in PROVEN
        last = dose_import.last_line
        self._waiting: Iterable[Line] = (line for line in self._lines if line[0] > last)
        self._ahead: Future[list[ReadRow]] | None = None
        self._reading = ThreadPoolExecutor(max_workers=1)

    def next_chunk(self, dose_import: DoseImport) -> int:
        """Stage and judge the next lines; return how many. To be called in a transaction.

        Changes done and last_line of the import, which the caller has locked and saves.
        """
        rows = self._ahead.result() if self._ahead else self._read(self._next_lines())
        if not rows:
            return 0
        # While the database looks at these rows, the next ones are read, without the database.
        lines = self._next_lines() if len(rows) == CHUNK else []
        self._ahead = self._reading.submit(self._read, lines) if lines else None
        by_line = {row.line: row for row in rows}
        joined = ImportedRow.Joined.PROVEN if self._is_proven else ImportedRow.Joined.EXACT
        with connection.cursor() as cursor:
            stage(cursor, rows)
            matching.match(cursor, lambda line: facts_of(by_line[line]), joined=joined.value)
            judging.judge_staged(cursor, dose_import.organization_id, dose_import.made_by_id)
            cursor.execute(TAKE, {"import": dose_import.pk})
        dose_import.done += len(rows)
        dose_import.last_line = rows[-1].line
        return len(rows)

    def _next_lines(self) -> list[Line]:
        return list(islice(self._waiting, CHUNK))

    def _read(self, lines: Iterable[Line]) -> list[ReadRow]:
        return [self._reader.read(*line) for line in lines]


def facts_of(row: ReadRow) -> PersonFacts:
    """Return the person of a row, for a look-up."""
    born = BirthDate(row.born.first, row.born.precision) if row.born else None
    return PersonFacts(
        full_name=row.full_name,
        born=born,
        sex=row.sex,
        numbers=[row.number] if row.number else [],
        phones=[row.phone] if row.phone else [],
    )


def stage(cursor: CursorWrapper, rows: Sequence[ReadRow]) -> None:
    """Put the rows into the temporary table, emptied before."""
    cursor.execute(STAGED)
    cursor.execute("TRUNCATE staged_dose")
    label = f"{ImportedRow._meta.label_lower}.number"
    names = ", ".join((*COLUMNS, *FOR_MATCHING))
    with cursor.copy(f"COPY staged_dose ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(_columns(row, label))
    cursor.execute(f"ANALYZE staged_dose ({PLANNED_BY})")


def _columns(row: ReadRow, label: str) -> tuple[object, ...]:
    hashes = number_hashes(row.number) if not row.errors else []
    born: dt.date | None = row.born.first if row.born else None
    return (
        row.line,
        ERROR if row.errors else NEW,
        row.errors + row.warnings,
        bool(row.warnings),
        row.full_name,
        born,
        str(row.born.precision) if row.born else "",
        row.sex,
        FIELDS.encrypt(row.number, label) if hashes else None,
        hashes[0] if hashes else None,
        row.phone,
        row.area,
        row.vaccine,
        row.given_on,
        row.lot,
        row.kind,
        row.ordinal,
        row.venue,
        row.given_time,
        row.given_by,
        row.person_key,
        row.name_marked,
        row.is_bare,
        born.isoformat().replace("-", "") if born else "",
        hashes,
    )
