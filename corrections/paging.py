"""Pages of corrections in the order of one of their moments, by key: page 400 costs what page 1 does.

A page is marked by the reference of the row at which its neighbour ended. Only the place in the
order is taken from it: the case itself may lie elsewhere by now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from corrections.models import Correction, CorrectionQuerySet


@dataclass(frozen=True)
class Page:
    """One page; `before` and `after` name the pages around it, empty where there is none."""

    cases: list[Correction]
    before: str
    after: str
    is_first: bool


def page(
    cases: CorrectionQuerySet,
    where: Mapping[str, str],
    *,
    by: str,
    size: int,
    newest_first: bool = False,
    among: CorrectionQuerySet | None = None,
) -> Page:
    """Return up to `size` cases in the order of the moment `by`.

    among: all corrections with that moment, where it is none of their own but annotated. where: `after` or `before`, a mark of a neighbouring page. One that nobody of us made starts
    from the top.
    """
    backwards = bool(where.get("before")) and not where.get("after")
    falling = newest_first != backwards
    every = Correction.objects.all() if among is None else among
    mark = _mark(every, by, where.get("after") or where.get("before") or "")
    if mark is not None:
        moment, pk = mark
        way = "lt" if falling else "gt"
        cases = cases.filter(
            Q(**{f"{by}__{way}": moment}) | Q(**{f"pk__{way}": pk}), **{f"{by}__{way}e": moment}
        )
    order = (f"-{by}", "-pk") if falling else (by, "pk")
    rows = list(cases.order_by(*order)[: size + 1])
    more = len(rows) > size
    shown = rows[:size]
    backwards = backwards and mark is not None
    if backwards:
        shown.reverse()
    came_from = mark is not None and bool(shown)
    return Page(
        cases=shown,
        before=shown[0].reference if (more if backwards else came_from) and shown else "",
        after=shown[-1].reference if (came_from if backwards else more) and shown else "",
        is_first=mark is None,
    )


def _mark(every: CorrectionQuerySet, by: str, reference: str) -> tuple[datetime, int] | None:
    """Where a page ended; None for a reference that never was, or has no such moment."""
    if not reference:
        return None
    return (
        every.filter(reference=reference, **{f"{by}__isnull": False}).values_list(by, "pk").first()
    )
