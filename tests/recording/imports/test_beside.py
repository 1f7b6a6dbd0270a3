"""A long file is read by a process of its own, as it would be read here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest
from django.db import connection

from recording.imports import checking
from recording.imports.reading.as_copy import COLUMNS, copy_text
from recording.imports.reading.beside import NOTHING, ReaderBeside, ReadPiece, read_piece
from recording.imports.reading.files import CSV, FileForm, lines_of
from recording.imports.reading.rows import ReadRow, RowReader, RowReading
from tests.organizations.sheets import csv_bytes
from tests.recording.imports.sheets import HEADER, check, row, send
from tests.world import World
from vaxreg.typed.dates import PartialDate

FORM = FileForm(CSV, "utf-8-sig", ",")
HOW = RowReading(
    mapping={
        name: at
        for at, name in enumerate(
            ("full_name", "born", "sex", "id_number", "phone", "vaccine", "lot", "position"), 1
        )
    }
    | {"given_on": 9},
    today=date(2021, 12, 1),
    vaccines={"astrazeneca": 7},
    first_days={7: date(2021, 3, 8)},
)
NAMES = ("Ngân", "Lan", "Mai", "Hoa", "Cúc")
FILE = csv_bytes([HEADER, *(row(name=f"Hoàng Thị {name}") for name in NAMES)])
ENCRYPTED = COLUMNS.index("number")


def beside(parts: Iterator[bytes]) -> ReaderBeside:
    return ReaderBeside(HOW, FORM, after=2, size=3, parts=lambda: parts)


def without_number(piece: ReadPiece) -> list[list[str]]:
    """The cells of a piece; an encrypted number is another text each time."""
    cells = [line.split("\t") for line in piece.text.decode().splitlines()]
    return [[*one[:ENCRYPTED], *one[ENCRYPTED + 1 :]] for one in cells]


def test_a_process_beside_reads_what_is_read_here():
    reader = beside(iter([FILE[:100], FILE[100:]]))
    try:
        pieces = [reader.next_piece() for _n in range(3)]
    finally:
        reader.close()
    lines = [one for one in lines_of(FORM, [FILE]) if one[0] > 2]
    here = read_piece(RowReader(HOW), lines)

    assert [(one.rows, one.last_line) for one in pieces] == [(3, 5), (1, 6), (0, 0)]
    assert pieces[2] == NOTHING
    assert without_number(pieces[0]) + without_number(pieces[1]) == without_number(here)
    assert here.text.count(b"\tnew\t") == 4


def test_a_file_that_could_not_be_given_whole_has_no_end():
    def broken() -> Iterator[bytes]:
        yield FILE
        raise OSError("the database has gone away")

    reader = beside(broken())
    try:
        assert [reader.next_piece().rows for _n in range(2)] == [3, 1]
        with pytest.raises(OSError, match="gone away"):
            reader.next_piece()
    finally:
        reader.close()


def test_a_process_that_was_killed_is_no_end_of_the_file():
    reader = beside(iter([FILE]))
    reader._process.kill()
    try:
        with pytest.raises(RuntimeError, match="before the file"):
            reader.next_piece()
    finally:
        reader.close()


@pytest.mark.django_db
def test_the_trial_of_a_long_file_takes_its_rows(world: World, monkeypatch):
    sent = send(world, [row(name=f"Hoàng Thị {name}", id_number="") for name in NAMES])
    # The rows of this test stand in a transaction, which no other connection sees.
    parts = list(checking.parts_of(sent))
    monkeypatch.setattr(checking, "_parts_elsewhere", lambda _sent: iter(parts))
    monkeypatch.setattr(checking, "BESIDE_FROM", 5)
    monkeypatch.setattr(checking, "CHUNK", 3)

    rows = check(sent).rows.order_by("line")

    assert [one.full_name.removeprefix("Hoàng Thị ") for one in rows] == [*NAMES]
    assert {one.verdict for one in rows} == {"new"}


@pytest.mark.django_db
def test_copy_takes_every_character_as_it_is():
    odd = 'a\\N b\tc\nd\re{"f"},\\ g\x0b\x0c\x08'
    rows = [
        ReadRow(1, errors=[f"lot|long|{odd}", "vaccine|missing|"], full_name=odd),
        replace(
            ReadRow(2, warnings=["sex|no_sex|"], venue=odd, lot="\\.", given_by='"'),
            born=PartialDate(date(1971, 11, 25)),
            number="001171005566",
            area=3,
            vaccine=None,
            given_on=date(2021, 8, 27),
            given_time=time(9, 30),
            ordinal=2,
        ),
    ]
    with connection.cursor() as cursor:
        checking.stage(cursor, copy_text(rows))
        cursor.execute("SELECT * FROM staged_dose ORDER BY line")
        names = [one.name for one in cursor.description]
        first, second = (dict(zip(names, one, strict=True)) for one in cursor.fetchall())

    assert (first["findings"], first["full_name"], first["verdict"]) == (
        rows[0].errors,
        odd,
        "error",
    )
    assert [first[name] for name in ("date_of_birth", "number", "number_hashes", "area_id")] == [
        *(None, None, []),
        None,
    ]
    assert (second["venue"], second["lot"], second["given_by"]) == (odd, "\\.", '"')
    assert (second["given_on"], second["given_time"]) == (date(2021, 8, 27), time(9, 30))
    assert (second["date_of_birth"], second["born_digits"]) == (date(1971, 11, 25), "19711125")
    assert second["number_hashes"] == [second["number_hash"]]
    assert (second["has_warning"], second["is_bare"], second["area_id"]) == (True, True, 3)
