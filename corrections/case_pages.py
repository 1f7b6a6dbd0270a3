"""Pages of cases in the order of one of their moments; a page is marked by a case's reference."""

from collections.abc import Mapping

from corrections.models import Correction, CorrectionQuerySet
from vaxreg import paging
from vaxreg.paging import Key, Page


def page(
    cases: CorrectionQuerySet,
    where: Mapping[str, str],
    *,
    by: str,
    size: int,
    newest_first: bool = False,
    among: CorrectionQuerySet | None = None,
) -> Page[Correction]:
    """Return up to `size` cases in the order of the moment `by`.

    where: `after` or `before`, as `paging.page` takes them. among: all corrections with that
    moment, where it is no column of their own but annotated.
    """
    every = Correction.objects.all() if among is None else among

    def key_of(reference: str) -> Key | None:
        known = every.filter(reference=reference, **{f"{by}__isnull": False})
        return known.values_list(by, "pk").first()

    order = (f"-{by}", "-pk") if newest_first else (by, "pk")
    return paging.page(
        cases, order, where, size=size, key_of=key_of, mark_of=lambda case: case.reference
    )
