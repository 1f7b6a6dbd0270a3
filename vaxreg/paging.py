"""Pages of long lists. Keyset pagination: the thousandth page costs as much as the first.

A page starts after (or before) a row of its neighbour, named in the URL by that row's mark. The
mark gives only a position in the order; which rows the user may see is decided by the queryset.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
R = TypeVar("R")
S = TypeVar("S")
Rows = TypeVar("Rows", bound=QuerySet[Any])

# Columns as for `order_by`; together they are unique.
Order = tuple[str, ...]
# The values of these columns in one row.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page; `before` and `after` are the marks for the pages around it, "" if there is none."""

    rows: list[R]
    before: str
    after: str
    is_first: bool


def page(
    rows: QuerySet[M],
    order: Order,
    where: Mapping[str, str],
    *,
    size: int,
    key_of: Callable[[str], Key | None],
    mark_of: Callable[[M], str],
) -> Page[M]:
    """Return up to `size` rows.

    where: query parameters; `after` or `before` holds the mark of a row. key_of: the key of a
    marked row; None for an invalid mark, which gives the first page. mark_of: the mark of a row.
    """
    after, before = where.get("after", ""), where.get("before", "")
    key = key_of(after or before) if after or before else None
    backwards = bool(before and not after and key)
    found = list(following(rows, opposite(order) if backwards else order, key)[: size + 1])
    more, shown = len(found) > size, found[:size]
    if backwards:
        shown.reverse()
    came_from = key is not None
    has_before, has_after = (more, came_from) if backwards else (came_from, more)
    return Page(
        rows=shown,
        before=mark_of(shown[0]) if shown and has_before else "",
        after=mark_of(shown[-1]) if shown and has_after else "",
        is_first=key is None,
    )


def following(rows: Rows, order: Order, key: Key | None) -> Rows:
    """Return the rows that come after `key` in this order; all rows if `key` is None."""
    rows = rows.order_by(*order)
    if key is None:
        return rows
    behind, equal = Q(), Q()
    for column, value in zip(order, key, strict=True):
        behind |= equal & Q(**{_behind(column): value})
        equal &= Q(**{column.removeprefix("-"): value})
    # Says the same of the first column once more: the index is entered there.
    return rows.filter(behind, **{f"{_behind(order[0])}e": key[0]})


def opposite(order: Order) -> Order:
    return tuple(one[1:] if one.startswith("-") else f"-{one}" for one in order)


def _behind(column: str) -> str:
    return f"{column[1:]}__lt" if column.startswith("-") else f"{column}__gt"


@dataclass(frozen=True)
class Stretch(Generic[S]):
    """A part of a list that is in memory as a whole; first and last count from 1.

    `before` and `after` are the values of ?from= for the parts around it, "" if there is none.
    """

    rows: list[S]
    first: int
    last: int
    total: int
    before: str
    after: str


def stretch(rows: Sequence[S], start: str, *, size: int) -> Stretch[S]:
    """Return `size` rows from the row with the number `start`; anything else gives the first."""
    number = int(start) if start.isascii() and start.isdecimal() and len(start) < 9 else 1
    first = number if 1 <= number <= len(rows) else 1
    shown = list(rows[first - 1 : first - 1 + size])
    last = first - 1 + len(shown)
    return Stretch(
        rows=shown,
        first=first,
        last=last,
        total=len(rows),
        before=str(max(1, first - size)) if first > 1 else "",
        after=str(last + 1) if last < len(rows) else "",
    )
