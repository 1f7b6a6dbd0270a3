"""Rows in the text format of COPY, table by table."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
# Bytes handed to PostgreSQL at once.
PIECE = 1 << 20


class Rows:
    """The rows of one table, written with `add` and stored with `copy`."""

    def __init__(self, table: str, columns: str) -> None:
        self.table = table
        self.columns = ", ".join(columns.split())
        self.lines: list[str] = []

    def add(self, *values: Any) -> None:
        """Add a row; texts that may hold a backslash or a line end go through `escaped`."""
        self.lines.append("\t".join([_written(value) for value in values]))

    def copy(self) -> int:
        """Store the rows; return their number."""
        with connection.cursor() as cursor:
            statement = f"COPY {self.table} ({self.columns}) FROM STDIN"
            with cursor.copy(statement) as copy:
                for piece in _pieces(self.lines):
                    copy.write(piece)
        return len(self.lines)


def escaped(text: str) -> str:
    """Return a text as COPY reads it."""
    return text.translate(_ESCAPED)


def array(values: Iterable[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _written(value: Any) -> str:
    if value is None:
        return NULL
    if value is True:
        return "t"
    if value is False:
        return "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def _pieces(lines: list[str]) -> Iterable[str]:
    piece: list[str] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line)
        if size >= PIECE:
            yield "\n".join(piece) + "\n"
            piece, size = [], 0
    if piece:
        yield "\n".join(piece) + "\n"
