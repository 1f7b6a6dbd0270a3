"""The effect of a decision on the record, before and after, as text for pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from corrections import facts
from corrections.facts import FIELD_LABELS, FIELDS
from corrections.models import Correction, Kind
from corrections.models.case import REMOVING_KINDS
from doses.facts import Facts, Field


@dataclass(frozen=True)
class FactChange:
    """One fact before and after, as text."""

    label: str
    old: str
    new: str

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


def changes(before: Facts, after: Facts, fields: Iterable[str] = Field) -> list[FactChange]:
    """Return one change per field."""
    names = facts.names_in([before, after])
    return [
        FactChange(
            label=str(FIELD_LABELS[field]),
            old=facts.show(field, before.get(field, ""), names),
            new=facts.show(field, after.get(field, ""), names),
        )
        for field in fields
    ]


def outcome_of(case: Correction, wanted: Facts) -> list[FactChange]:
    """Return the facts before and after, if `wanted` was accepted now."""
    now = facts.recorded_of(case.kind, dose=case.dose, citizen=case.citizen)
    return changes(now, {**now, **wanted}, FIELDS[case.kind])


def sentence(case: Correction) -> str:
    """Return what happens to the record when more than a detail changes; empty otherwise."""
    if case.kind in REMOVING_KINDS:
        return _(
            "The dose is marked as entered in error: it counts no more, and stays in the history."
        )
    if case.kind == Kind.SPLIT_RECORD:
        return _("The two records become one; every dose of both stays.")
    return ""
