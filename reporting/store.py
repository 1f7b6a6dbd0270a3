"""Writes counts into the figures tables: only rows that are new or have changed, set-based."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from reporting import quantiles
from reporting.models import CurrentFigures, DayFigures
from reporting.rollup import COUNTS, STATE, OpenState, Part, Tally, Tree, sum_up_tree

WHOSE = ("organization_id", "above_id", "is_desk", "is_whole", "kind")
OF_A_DAY = (*WHOSE, "day", *COUNTS, "took", "median", "p90")
OF_A_STATE = (*WHOSE, *STATE)
# The last ones of COUNTS: known only when the day is over.
AT_MIDNIGHT = ("open", "overdue", "soon")

_counts, _state = attrgetter(*COUNTS), attrgetter(*STATE)

MERGE = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM counted
ON CONFLICT ({keys}) DO UPDATE SET ({columns}) = ROW ({new})
WHERE ({old}) IS DISTINCT FROM ({new})
"""
DROP = """
DELETE FROM {table} stored WHERE {which}
AND NOT EXISTS (SELECT FROM counted WHERE ({counted_keys}) = ({stored_keys}))
"""
RESTORE = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM counted ON CONFLICT DO NOTHING
"""
SAME = """
SELECT NOT EXISTS (SELECT {columns} FROM {table} WHERE {which}
    EXCEPT SELECT {columns} FROM counted)
"""


def store_day(
    day: date, counted: Mapping[Part, Tally], tree: Tree, *, is_over: bool = False
) -> None:
    """Write the figures of a day; rows of it that are no longer counted are deleted."""
    keys = ("organization_id", "kind", "day", "is_desk", "is_whole")
    with connection.cursor() as cursor:
        _load(cursor, DayFigures, OF_A_DAY, _rows_of_day(day, counted, tree, is_over=is_over))
        cursor.execute(_merge(DayFigures, OF_A_DAY, keys))
        cursor.execute(_drop(DayFigures, keys, "day = %s"), [day])


def restore_day(day: date, counted: Mapping[Part, Tally], tree: Tree) -> bool:
    """Write missing rows of a closed day; tell whether the stored rows equal the counts."""
    with connection.cursor() as cursor:
        _load(cursor, DayFigures, OF_A_DAY, _rows_of_day(day, counted, tree, is_over=True))
        table, columns = DayFigures._meta.db_table, _names(OF_A_DAY)
        cursor.execute(RESTORE.format(table=table, columns=columns))
        cursor.execute(SAME.format(table=table, columns=columns, which="day = %s"), [day])
        return bool(cursor.fetchone()[0])


def store_states(counted: Mapping[Part, OpenState], tree: Tree) -> None:
    """Write the counts of open cases of every organization; rows without any are deleted."""
    keys = ("organization_id", "kind", "is_desk", "is_whole")
    rows = ((*whose, *_state(state)) for whose, state in sum_up_tree(counted, tree, OpenState))
    with connection.cursor() as cursor:
        _load(cursor, CurrentFigures, OF_A_STATE, rows)
        cursor.execute(_merge(CurrentFigures, OF_A_STATE, keys))
        cursor.execute(_drop(CurrentFigures, keys, "true"))


def _rows_of_day(
    day: date, counted: Mapping[Part, Tally], tree: Tree, *, is_over: bool
) -> Iterable[tuple[Any, ...]]:
    known = len(COUNTS) if is_over else len(COUNTS) - len(AT_MIDNIGHT)
    unknown = (None,) * (len(COUNTS) - known)
    for whose, tally in sum_up_tree(counted, tree, Tally):
        took = sorted(tally.minutes)
        yield (
            *whose,
            day,
            *_counts(tally)[:known],
            *unknown,
            quantiles.compress(took),
            _rounded(quantiles.exact(took, 0.5)),
            _rounded(quantiles.exact(took, 0.9)),
        )


def _rounded(minutes: float | None) -> int | None:
    return None if minutes is None else round(minutes)


def _load(
    cursor: CursorWrapper, model: Any, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    # Only the columns that are filled here: the id comes from the default of the real table.
    cursor.execute("DROP TABLE IF EXISTS counted")
    cursor.execute(
        f"CREATE TEMPORARY TABLE counted ON COMMIT DROP AS"  # noqa: S608
        f" SELECT {_names(columns)} FROM {model._meta.db_table} WHERE false"
    )
    with cursor.copy(f"COPY counted ({_names(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    # Autovacuum does not analyze temporary tables: without statistics the joins would be slow.
    cursor.execute("CREATE INDEX ON counted (organization_id, kind)")
    cursor.execute("ANALYZE counted")


def _merge(model: Any, columns: Sequence[str], keys: Sequence[str]) -> str:
    table = model._meta.db_table
    return MERGE.format(
        table=table,
        columns=_names(columns),
        keys=_names(keys),
        new=_names(columns, "excluded"),
        old=_names(columns, table),
    )


def _drop(model: Any, keys: Sequence[str], which: str) -> str:
    return DROP.format(
        table=model._meta.db_table,
        which=which,
        counted_keys=_names(keys, "counted"),
        stored_keys=_names(keys, "stored"),
    )


def _names(columns: Sequence[str], table: str = "") -> str:
    return ", ".join(f"{table}.{name}" if table else f'"{name}"' for name in columns)
