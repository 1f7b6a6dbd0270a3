"""Reads the lines of a long file in a process of its own, while the database looks at the last ones.

To read takes as much of a processor as all else of a trial; in one process both wait for each other.
What the process must know comes to its standard input as a line of JSON, the file behind it; it
answers with pieces of text for COPY. It opens no connection and writes no file.
"""

import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from itertools import islice
from typing import IO, Any, NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from recording.imports.reading.as_copy import copy_text
from recording.imports.reading.dates import DateReading
from recording.imports.reading.files import PART_BYTES, FileForm, Line, lines_of
from recording.imports.reading.rows import RowReader, RowReading

START = (
    "import django; django.setup(); from recording.imports.reading import beside; beside.answer()"
)
# Rows, the last line of them, and bytes of their text. No rows: the file is read to its end.
_HEAD = struct.Struct("!III")


class ReadPiece(NamedTuple):
    """Lines that were read: how many rows, the number of the last line, and the text for COPY."""

    rows: int
    last_line: int
    text: bytes


NOTHING = ReadPiece(0, 0, b"")


def read_piece(reader: RowReader, lines: Iterable[Line]) -> ReadPiece:
    """Return the rows of these lines as one piece, NOTHING if there are none."""
    rows = [reader.read(*line) for line in lines]
    return ReadPiece(len(rows), rows[-1].line, copy_text(rows)) if rows else NOTHING


class ReaderBeside:
    """A process that reads a file. To be closed; it ends too when this one is killed."""

    def __init__(
        self,
        how: RowReading,
        form: FileForm,
        *,
        after: int,
        size: int,
        parts: Callable[[], Iterator[bytes]],
    ) -> None:
        """Begin to read behind line `after`, `size` rows at a time.

        parts: gives the file; called in another thread, it has to close what it opens.
        """
        self._process = subprocess.Popen(  # noqa: S603 — this interpreter, with our own words
            [sys.executable, "-c", START],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        task = {"how": asdict(how), "form": asdict(form), "after": after, "size": size}
        first = json.dumps(task, cls=DjangoJSONEncoder).encode() + b"\n"
        self._threads = ThreadPoolExecutor(max_workers=1)
        self._fed: Future[None] = self._threads.submit(self._feed, first, parts)

    def next_piece(self) -> ReadPiece:
        """Return the next rows, NOTHING at the end. Raises RuntimeError if the process has died."""
        answers = _pipe(self._process.stdout)
        head = answers.read(_HEAD.size)
        if len(head) == _HEAD.size:
            rows, last_line, length = _HEAD.unpack(head)
            text = answers.read(length)
            if rows and len(text) == length:
                return ReadPiece(rows, last_line, text)
            if not rows:
                # The file was given to its end, or what hindered it is raised.
                self._fed.result()
                return NOTHING
        raise RuntimeError("the process that reads the file has ended before the file")

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._threads.shutdown()
        _pipe(self._process.stdout).close()

    def _feed(self, first: bytes, parts: Callable[[], Iterator[bytes]]) -> None:
        try:
            with _pipe(self._process.stdin) as asked:
                asked.write(first)
                for part in parts():
                    asked.write(part)
        except BrokenPipeError:
            # It was closed; or it has died, which the reader of its answers is told.
            return


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without this pipe")
    return pipe


def answer() -> None:
    """Read what standard input asks for, and write the pieces to standard output."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    task = json.loads(asked.readline())
    reader = RowReader(_reading(task["how"]))
    parts = iter(lambda: asked.read(PART_BYTES), b"")
    lines = (one for one in lines_of(FileForm(**task["form"]), parts) if one[0] > task["after"])
    piece = None
    while piece != NOTHING:
        piece = read_piece(reader, islice(lines, task["size"]))
        answers.write(_HEAD.pack(piece.rows, piece.last_line, len(piece.text)))
        answers.write(piece.text)
        answers.flush()


def _reading(said: dict[str, Any]) -> RowReading:
    dates = {name: DateReading(**said[name]) for name in ("born", "given_on", "told_on")}
    days = {int(pk): date.fromisoformat(day) for pk, day in said["first_days"].items()}
    today = date.fromisoformat(said["today"])
    return RowReading(**{**said, **dates, "first_days": days, "today": today})
