"""Keyset pages of cases, ordered by one of their timestamps; the page marker is a reference."""

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
    """Return up to `size` cases, ordered by the column `by`.

    where: the parameters `after` or `before`, as `paging.page` takes them. among: the queryset in
    which a marker is looked up; needed when `by` is an annotation.
    """
    every = Correction.objects.all() if among is None else among

    def key_of(reference: str) -> Key | None:
        known = every.filter(reference=reference, **{f"{by}__isnull": False})
        return known.values_list(by, "pk").first()

    order = (f"-{by}", "-pk") if newest_first else (by, "pk")
    return paging.page(
        cases, order, where, size=size, key_of=key_of, mark_of=lambda case: case.reference
    )
