"""How far it has come: a bar on a terminal, and now and then a line elsewhere."""

import time
from typing import TextIO

from bench.generating.filling import Written

WIDTH, LINE = 30, 100
# On a terminal the bar moves this often; elsewhere a line is written, in seconds.
EVERY, EVERY_LINE = 0.2, 30.0


class Progress:
    """Shows doses written of all, doses and rows a second, and the time left."""

    def __init__(self, doses: int, out: TextIO) -> None:
        self.total, self.out = doses, out
        self.doses = self.rows = 0
        self.begun = self.rows_begun = time.monotonic()
        self.shown = 0.0
        self._is_terminal = out.isatty()

    def stage(self, what: str) -> None:
        """Say what begins now."""
        self._end_bar()
        self.rows_begun = time.monotonic()
        self.out.write(f"{self._clock(self.rows_begun - self.begun)}  {what}\n")
        self.out.flush()

    def part(self, what: str, number: int, of: int) -> None:
        """Say which index or foreign key is made now."""
        now = time.monotonic()
        if not self._is_terminal and now - self.shown < EVERY_LINE:
            return
        self.shown = now
        line = f"{number} of {of}: {what}"
        self.out.write(f"\r{line:<{LINE}.{LINE}}" if self._is_terminal else f"{line}\n")
        self.out.flush()

    def wrote(self, written: Written) -> None:
        """Count a chunk, and show the bar."""
        self.doses += written.doses
        self.rows += written.rows
        now = time.monotonic()
        if (
            now - self.shown < (EVERY if self._is_terminal else EVERY_LINE)
            and self.doses < self.total
        ):
            return
        self.shown = now
        self.out.write(f"\r{self.bar(now)}" if self._is_terminal else f"{self.bar(now)}\n")
        self.out.flush()

    def bar(self, now: float) -> str:
        """Return the bar as one line of text."""
        took = max(now - self.rows_begun, 1e-9)
        share = min(self.doses / self.total, 1)
        left = took / share - took if share else 0
        full = "#" * round(WIDTH * share)
        return (
            f"[{full:<{WIDTH}}] {share:4.0%}  {self.doses:,} of {self.total:,} doses, "
            f"{self.doses / took:,.0f} doses/s, {self.rows / took:,.0f} rows/s, "
            f"{self._clock(left)} left "
        )

    def finish(self) -> str:
        """Return what was written, in a sentence."""
        self._end_bar()
        return f"{self.rows:,} rows in {self._clock(time.monotonic() - self.begun)}"

    def _end_bar(self) -> None:
        if self._is_terminal and self.shown:
            self.out.write("\n")
            self.shown = 0.0

    @staticmethod
    def _clock(seconds: float) -> str:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
