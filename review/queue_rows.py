"""The rows of the queue: what each case wants changed, in one line, and for what it waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from citizens import facts as identity_facts
from citizens.facts import IdentityField, OtherField
from citizens.masking import cut_numbers
from corrections import facts
from corrections.facts import FIELD_LABELS, FIELDS
from corrections.models import Correction, Kind
from corrections.models.case import REMOVING_KINDS
from doses.facts import Facts, Field
from review import queue
from review.queue import Badge

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A list shows numbers masked, as every list does; the case page shows what the decision needs.
MASKED = frozenset(
    {IdentityField.ID_NUMBER, IdentityField.PHONE, OtherField.ID_NUMBER, OtherField.PHONE}
)
# What is shown of a dose that is missing or to be removed.
OF_A_DOSE = (Field.POSITION, Field.GIVEN_ON)
KINDS: dict[str, "StrOrPromise"] = {
    Kind.MISSING_DOSE: _("Missing dose"),
    Kind.NOT_MINE: _("Not this person’s"),
    Kind.NEVER_GIVEN: _("Never given"),
    Kind.DUPLICATE: _("Stands twice"),
    Kind.SPLIT_RECORD: _("Two records of one person"),
}


@dataclass(frozen=True)
class Change:
    """What a case asks for. old and new: "" where there is none, as for a missing dose."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class QueueRow:
    """One case of the queue."""

    case: Correction
    change: Change
    badges: Sequence[Badge]


def rows(cases: Sequence[Correction]) -> list[QueueRow]:
    """Return the rows of cases that `queue.page` returned.

    The names of vaccines, sites and other records are read once for all of them.
    """
    asked = [_asked(case) for case in cases]
    names = facts.names_in([side for sides in asked for side in sides])
    return [
        QueueRow(case, _change(case, *sides, names), queue.badges(case))
        for case, sides in zip(cases, asked, strict=True)
    ]


def _asked(case: Correction) -> tuple[Facts, Facts]:
    """Return the facts to show as recorded and as proposed: only those that the case is about."""
    if case.kind == Kind.MISSING_DOSE:
        without_day = (Field.POSITION, Field.VACCINE)
        has_day = case.proposed.get(Field.GIVEN_ON)
        return {}, _only(case.proposed, OF_A_DOSE if has_day else without_day)
    if case.kind in REMOVING_KINDS:
        return _only(case.recorded, OF_A_DOSE), {}
    if case.kind == Kind.SPLIT_RECORD:
        return {}, _only(case.proposed, FIELDS[case.kind])
    changed = [
        field
        for field in FIELDS[case.kind]
        if field in case.proposed and case.proposed[field] != case.recorded.get(field)
    ]
    if case.site_text and Field.ORGANIZATION not in changed:
        changed.append(Field.ORGANIZATION)
    shown = [field for field in FIELDS[case.kind] if field in changed]
    return (
        {field: str(case.recorded.get(field, "")) for field in shown},
        {field: str(case.proposed.get(field, "")) for field in shown},
    )


def _only(facts_of_case: Mapping[str, str], fields: Sequence[str]) -> Facts:
    return {field: str(facts_of_case[field]) for field in fields if facts_of_case.get(field)}


def _change(case: Correction, recorded: Facts, proposed: Facts, names: dict[str, str]) -> Change:
    old = {field: _shown(field, value, names) for field, value in recorded.items()}
    new = {field: _shown(field, value, names) for field, value in proposed.items()}
    if Field.VACCINE in old and Field.VACCINE in new:
        # Two long names fit in no line: they are shown without what stands in brackets.
        for side in (old, new):
            side[Field.VACCINE] = side[Field.VACCINE].split(" (")[0]
    if case.site_text and Field.ORGANIZATION in new and not new[Field.ORGANIZATION]:
        new[Field.ORGANIZATION] = cut_numbers(case.site_text)
    return Change(label=_label(case, list(new)), old=_joined(old), new=_joined(new))


def _label(case: Correction, fields: Sequence[str]) -> str:
    if case.kind in KINDS:
        return str(KINDS[case.kind])
    labels = [str(FIELD_LABELS[field]) for field in fields]
    return ", ".join([*labels[:1], *map(_within_a_sentence, labels[1:])])


def _within_a_sentence(label: str) -> str:
    """Return a label with a small first letter, unless it begins with an abbreviation ("ID")."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _joined(values: Mapping[str, str]) -> str:
    """Return the values in one line; a missing one among others is a dash."""
    return " · ".join(value or "–" for value in values.values()) if any(values.values()) else ""


def _shown(field: str, value: str, names: dict[str, str]) -> str:
    if value and field in MASKED:
        return identity_facts.masked(field, value)
    return facts.show(field, value, names)
