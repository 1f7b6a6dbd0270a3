"""Pages by key: the thousandth page costs what the first one does.

A page begins beside the row at which its neighbour ended, and is marked by a name of that row.
Only the row's place in the order is taken from the mark: whether the reader may see it is asked of
the rows themselves.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
R = TypeVar("R")
Rows = TypeVar("Rows", bound=QuerySet[Any])

# Two columns as `order_by` takes them; together they are unique.
Order = tuple[str, str]
# The values of these columns in one row.
Key = tuple[Any, Any]


@dataclass(frozen=True)
class Page(Generic[R]):
    """One page; `before` and `after` mark the pages around it, empty where there is none."""

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

    where: `after` or `before`, the mark of a neighbouring page. key_of: the key of a marked row;
    None for a mark that nobody of us made, which starts from the top. mark_of: the mark of a row.
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
    """Return the rows that stand behind a key in this order; all of them without a key."""
    rows = rows.order_by(*order)
    if key is None:
        return rows
    (first, way), (second, other_way) = (_way(column) for column in order)
    behind = Q(**{f"{first}__{way}": key[0]}) | Q(**{f"{second}__{other_way}": key[1]})
    return rows.filter(behind, **{f"{first}__{way}e": key[0]})


def opposite(order: Order) -> Order:
    """Return the order that goes the other way."""
    first, second = (one[1:] if one.startswith("-") else f"-{one}" for one in order)
    return first, second


def _way(column: str) -> tuple[str, str]:
    return (column[1:], "lt") if column.startswith("-") else (column, "gt")
