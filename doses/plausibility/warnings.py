"""The warnings about a dose, and what each of them says."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from doses.facts import Position
from vaxreg import ui
from vaxreg.typed.birth_dates import BirthDate

Values = dict[str, str | int]


class DoseCode(StrEnum):
    BEFORE_BIRTH = "before_birth"
    BEFORE_FIRST_DAY = "before_first_day"
    SAME_DAY = "same_day"
    SAME_DAY_TWICE = "same_day_twice"
    TOO_NEAR = "too_near"
    OUT_OF_ORDER = "out_of_order"
    BEFORE_FIRST_DOSE = "before_first_dose"
    BOOSTER_TOO_EARLY = "booster_too_early"
    POSITION_TAKEN = "position_taken"
    POSITION_TWICE = "position_twice"
    POSITION_GAP = "position_gap"
    MORE_THAN_THE_COURSE = "more_than_the_course"
    BEFORE_APPROVAL = "before_approval"
    NOT_USED_HERE = "not_used_here"
    NOT_FOR_THIS_AGE = "not_for_this_age"
    NOT_YET_FOR_THIS_AGE = "not_yet_for_this_age"
    OTHER_VACCINE = "other_vaccine"
    LOT_NOT_RECEIVED = "lot_not_received"
    LOT_OF_OTHER_VACCINE = "lot_of_other_vaccine"
    LOT_EXPIRED = "lot_expired"


# `doses.actions` stores no such dose.
IMPOSSIBLE = frozenset({DoseCode.BEFORE_BIRTH, DoseCode.BEFORE_FIRST_DAY})
# Any: a lazy plural, which gets its number only from the % operator.
SENTENCES: dict[DoseCode, Any] = {
    DoseCode.BEFORE_BIRTH: _("This is before the date of birth."),
    DoseCode.BEFORE_FIRST_DAY: _(
        "The first dose of this vaccine in Viet Nam was given on %(day_first)s."
    ),
    DoseCode.SAME_DAY: _("A dose of %(vaccine)s of this very day is on record already."),
    DoseCode.SAME_DAY_TWICE: _("Another dose that is entered here has the same date."),
    DoseCode.TOO_NEAR: ngettext_lazy(
        "Only %(days)d day apart from the dose of %(day)s; usual are %(shortest)d or more.",
        "Only %(days)d days apart from the dose of %(day)s; usual are %(shortest)d or more.",
        "days",
    ),
    DoseCode.OUT_OF_ORDER: _(
        "%(dose)s does not fit in time with %(dose_other)s, given on %(day)s."
    ),
    DoseCode.BEFORE_FIRST_DOSE: _(
        "This is before the first dose on record, given on %(day_first)s."
    ),
    DoseCode.BOOSTER_TOO_EARLY: _(
        "%(dose)s: additional and booster doses were given from %(day_first)s on."
    ),
    DoseCode.POSITION_TAKEN: _(
        "There is a %(dose_taken)s on record already, given on %(day_taken)s."
    ),
    DoseCode.POSITION_TWICE: _("%(dose)s is entered twice here."),
    DoseCode.POSITION_GAP: _("%(dose)s comes after %(dose_before)s, which is not on record."),
    DoseCode.MORE_THAN_THE_COURSE: ngettext_lazy(
        "The primary course of %(vaccine)s has %(number)d dose.",
        "The primary course of %(vaccine)s has %(number)d doses.",
        "number",
    ),
    DoseCode.BEFORE_APPROVAL: _(
        "%(vaccine)s was approved in Viet Nam on %(day)s, after the date given."
    ),
    DoseCode.NOT_USED_HERE: _("%(vaccine)s has no approval in Viet Nam of its own."),
    DoseCode.NOT_FOR_THIS_AGE: _("%(vaccine)s was not given at the age of %(age)d."),
    DoseCode.NOT_YET_FOR_THIS_AGE: _(
        "At the age of %(age)d, doses were given from %(day_first)s on."
    ),
    DoseCode.OTHER_VACCINE: _(
        "The dose before was %(vaccine_before)s; %(vaccine)s was not to follow it on this day."
    ),
    DoseCode.LOT_NOT_RECEIVED: _("Lot %(lot)s is not among the lots that the site received."),
    DoseCode.LOT_OF_OTHER_VACCINE: _("Lot %(lot)s was received as %(vaccine)s."),
    DoseCode.LOT_EXPIRED: _("Lot %(lot)s expired on %(day)s."),
}


@dataclass(frozen=True)
class DoseWarning:
    """One doubt about a dose, and the field beside which it stands.

    values fill the sentence: texts, numbers, ISO dates, doses by position. Stored as JSON and
    translated when it is read.
    """

    code: DoseCode
    field: str
    values: Values = attribute(default_factory=dict)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code] % in_words(self.values))


def sign_of(found: Iterable[DoseWarning]) -> str:
    """Return a hash with which a page says which doubts it showed; "" for none."""
    said = [[one.code, one.field, dict(one.values)] for one in found]
    text = json.dumps(said, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16] if said else ""


def in_words(values: Mapping[str, str | int]) -> Values:
    """Return the values of a warning as its sentence shows them to the reader."""
    return {name: _in_words(name, value) for name, value in values.items()}


def _in_words(name: str, value: str | int) -> str | int:
    if name == "day_recorded":
        return str(BirthDate.fromisoformat(str(value)))
    if name == "day" or name.startswith("day_"):
        return ui.day(date.fromisoformat(str(value)))
    if name == "dose":
        return str(Position(str(value)).label)
    if name.startswith("dose_"):
        # Lower case, because it is used inside a sentence.
        label = str(Position(str(value)).label)
        return label[:1].lower() + label[1:]
    return value


def sentences_of(left: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Return stored warnings (code, values) in words; those whose code is gone are left out."""
    known = set(DoseCode)
    return [
        DoseWarning(DoseCode(code), "", dict(values)).sentence
        for code, values in left
        if code in known
    ]
