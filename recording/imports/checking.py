"""The trial of a file: its lines are read, staged with COPY, matched and judged, chunk by chunk.

Nothing is written to the register. Each chunk is one transaction with the place in the file: a
worker that is killed loses nothing and doubles nothing.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from matching.joining import PROVEN
from organizations.models import Area
from recording.imports import judging, matching
from recording.imports.models import DoseImport, ImportedRow
from recording.imports.reading import words
from recording.imports.reading.as_copy import COLUMNS, FOR_MATCHING
from recording.imports.reading.beside import ReaderBeside, ReadPiece, read_piece
from recording.imports.reading.dates import DateReading
from recording.imports.reading.files import FileForm, Line, lines_of
from recording.imports.reading.rows import RowReader, RowReading
from recording.imports.sent_file import SentFile

CHUNK = 5_000
# From so many rows on it is worth the two seconds that another process takes to start.
BESIDE_FROM = 20_000
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
    """Checks one file from where it is; used by one worker at a time, and closed by it."""

    def __init__(self, dose_import: DoseImport) -> None:
        self._is_proven = dose_import.number_proof in PROVEN
        self._ahead: Future[ReadPiece] | None = None
        self._reading = ThreadPoolExecutor(max_workers=1)
        how, form, last = reading_of(dose_import), form_of(dose_import), dose_import.last_line
        self._beside: ReaderBeside | None = None
        if dose_import.total - dose_import.done >= BESIDE_FROM:
            self._beside = ReaderBeside(
                how, form, after=last, size=CHUNK, parts=partial(_parts_elsewhere, dose_import)
            )
        self._reader = RowReader(how)
        self._lines = (line for line in lines_below(dose_import) if line[0] > last)

    def close(self) -> None:
        """End what reads ahead."""
        if self._beside:
            self._beside.close()
        self._reading.shutdown()

    def next_chunk(self, dose_import: DoseImport) -> int:
        """Stage and judge the next lines; return how many. To be called in a transaction.

        Changes done and last_line of the import, which the caller has locked and saves.
        """
        piece = (self._ahead or self._begin_next()).result()
        if not piece.rows:
            return 0
        # While the database looks at these rows, the next ones are read, without the database.
        self._ahead = self._begin_next()
        joined = ImportedRow.Joined.PROVEN if self._is_proven else ImportedRow.Joined.EXACT
        with connection.cursor() as cursor:
            stage(cursor, piece.text)
            matching.match(cursor, joined=joined.value)
            judging.judge_staged(cursor, dose_import.organization_id, dose_import.made_by_id)
            cursor.execute(TAKE, {"import": dose_import.pk})
        dose_import.done += piece.rows
        dose_import.last_line = piece.last_line
        return piece.rows

    def _begin_next(self) -> "Future[ReadPiece]":
        if self._beside:
            return self._reading.submit(self._beside.next_piece)
        # The lines come from the database, and so here; only the reading is done elsewhere.
        return self._reading.submit(read_piece, self._reader, list(islice(self._lines, CHUNK)))


def _parts_elsewhere(dose_import: DoseImport) -> Iterator[bytes]:
    """Yield the file in a thread of its own, whose connection is closed at the end."""
    try:
        yield from parts_of(dose_import)
    finally:
        connection.close()


def stage(cursor: CursorWrapper, text: bytes) -> None:
    """Put rows (`reading.as_copy`) into the temporary table, emptied before."""
    cursor.execute(STAGED)
    cursor.execute("TRUNCATE staged_dose")
    names = ", ".join((*COLUMNS, *FOR_MATCHING))
    with cursor.copy(f"COPY staged_dose ({names}) FROM STDIN") as copy:
        copy.write(text)
    cursor.execute(f"ANALYZE staged_dose ({PLANNED_BY})")
