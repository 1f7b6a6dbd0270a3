"""The table of warnings shown before a proposal is sent: official ground and wording of each."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corrections.lifecycle import Ground
from doses.facts import Field
from doses.plausibility.warnings import SENTENCES, DoseCode, Values, in_words


class Code(StrEnum):
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
    EVERYTHING_DIFFERS = "everything_differs"
    NAME_INCOMPLETE = "name_incomplete"
    NAME_WITHOUT_DIACRITICS = "name_without_diacritics"
    NAME_UNLIKE = "name_unlike"
    BORN_AFTER_FIRST_DOSE = "born_after_first_dose"
    BIRTH_DATE_UNLIKE = "birth_date_unlike"
    ID_SAYS_FEMALE = "id_says_female"
    ID_SAYS_MALE = "id_says_male"
    ID_SAYS_YEAR = "id_says_year"
    PHOTO_TOO_SMALL = "photo_too_small"
    PHOTO_TOO_DARK = "photo_too_dark"
    PHOTO_TOO_BRIGHT = "photo_too_bright"
    PHOTO_BLURRED = "photo_blurred"
    PHOTO_TWICE = "photo_twice"
    PHOTO_SENT_BEFORE = "photo_sent_before"
    PAGES_LEFT_OUT = "pages_left_out"


@dataclass(frozen=True)
class WarningRule:
    """The text of a warning, and the facts it is about, the most important first.

    ground: the official ground of refusal that it is based on; None when it only costs time.
    """

    ground: Ground | None
    judges: tuple[str, ...]
    # Any: a lazy plural, which gets its number only from the % operator.
    sentence: Any
    advice: Promise


DAY_ON_PAPER = _("Compare with the date on the paper, day first, then month.")
NUMBER_ON_PAPER = _("Compare with the dose number on the paper.")
VACCINE_ON_PAPER = _("Compare with the vaccine and the date on the paper.")
NUMBER_ON_CARD = _("Compare each digit, the date of birth and the sex with the identity card.")
NAME_ON_CARD = _("Type the full name with all its marks, as on the identity card.")
GOOD_LIGHT = _(
    "Lay the paper flat on a table in good light, hold the phone still, and tap on the text before"
    " you take the photo."
)

RULES: dict[Code, WarningRule] = {
    Code.BEFORE_BIRTH: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON,),
        SENTENCES[DoseCode.BEFORE_BIRTH],
        DAY_ON_PAPER,
    ),
    Code.BEFORE_FIRST_DAY: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON, Field.VACCINE),
        SENTENCES[DoseCode.BEFORE_FIRST_DAY],
        DAY_ON_PAPER,
    ),
    Code.SAME_DAY: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON,),
        SENTENCES[DoseCode.SAME_DAY],
        _("If it is the same dose, choose that dose in the first step and say what is wrong."),
    ),
    Code.SAME_DAY_TWICE: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON,),
        SENTENCES[DoseCode.SAME_DAY_TWICE],
        DAY_ON_PAPER,
    ),
    Code.TOO_NEAR: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON, Field.VACCINE, Field.POSITION),
        SENTENCES[DoseCode.TOO_NEAR],
        DAY_ON_PAPER,
    ),
    Code.OUT_OF_ORDER: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON, Field.POSITION),
        SENTENCES[DoseCode.OUT_OF_ORDER],
        _("Compare the date and the dose number with the paper."),
    ),
    Code.BEFORE_FIRST_DOSE: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON,),
        SENTENCES[DoseCode.BEFORE_FIRST_DOSE],
        _("Say which dose it was, and compare the date with the paper."),
    ),
    Code.BOOSTER_TOO_EARLY: WarningRule(
        Ground.DOSE_NUMBER_DIFFERS,
        (Field.GIVEN_ON, Field.POSITION),
        SENTENCES[DoseCode.BOOSTER_TOO_EARLY],
        _("Compare the date and the dose number with the paper."),
    ),
    Code.POSITION_TAKEN: WarningRule(
        Ground.DOSE_NUMBER_DIFFERS,
        (Field.POSITION,),
        SENTENCES[DoseCode.POSITION_TAKEN],
        NUMBER_ON_PAPER,
    ),
    Code.POSITION_TWICE: WarningRule(
        Ground.DOSE_NUMBER_DIFFERS,
        (Field.POSITION,),
        SENTENCES[DoseCode.POSITION_TWICE],
        NUMBER_ON_PAPER,
    ),
    Code.POSITION_GAP: WarningRule(
        Ground.DOSE_NUMBER_DIFFERS,
        (Field.POSITION,),
        SENTENCES[DoseCode.POSITION_GAP],
        _("If that dose is missing as well, add it to this proposal."),
    ),
    Code.MORE_THAN_THE_COURSE: WarningRule(
        Ground.DOSE_NUMBER_DIFFERS,
        (Field.POSITION, Field.VACCINE),
        SENTENCES[DoseCode.MORE_THAN_THE_COURSE],
        _("A further dose is an additional or a booster dose. Compare with the paper."),
    ),
    Code.BEFORE_APPROVAL: WarningRule(
        Ground.VACCINE_DIFFERS,
        (Field.VACCINE, Field.GIVEN_ON),
        SENTENCES[DoseCode.BEFORE_APPROVAL],
        VACCINE_ON_PAPER,
    ),
    Code.NOT_USED_HERE: WarningRule(
        Ground.VACCINE_DIFFERS,
        (Field.VACCINE,),
        SENTENCES[DoseCode.NOT_USED_HERE],
        _("Choose it only if the dose was given abroad and the paper says so."),
    ),
    Code.NOT_FOR_THIS_AGE: WarningRule(
        Ground.VACCINE_DIFFERS,
        (Field.VACCINE, Field.GIVEN_ON),
        SENTENCES[DoseCode.NOT_FOR_THIS_AGE],
        VACCINE_ON_PAPER,
    ),
    Code.NOT_YET_FOR_THIS_AGE: WarningRule(
        Ground.DATE_DIFFERS,
        (Field.GIVEN_ON,),
        SENTENCES[DoseCode.NOT_YET_FOR_THIS_AGE],
        DAY_ON_PAPER,
    ),
    Code.EVERYTHING_DIFFERS: WarningRule(
        Ground.NOTHING_MATCHES,
        (Field.VACCINE, Field.GIVEN_ON, Field.ORGANIZATION),
        _("Vaccine, date and site all differ from the record."),
        _("If the paper is about another dose, choose “A dose is missing” in the first step."),
    ),
    Code.NAME_INCOMPLETE: WarningRule(
        Ground.NAME_WITHOUT_DIACRITICS,
        ("full_name",),
        _("“%(name)s” is one word only."),
        NAME_ON_CARD,
    ),
    Code.NAME_WITHOUT_DIACRITICS: WarningRule(
        Ground.NAME_WITHOUT_DIACRITICS,
        ("full_name",),
        _("“%(name)s” is written without diacritics."),
        NAME_ON_CARD,
    ),
    Code.NAME_UNLIKE: WarningRule(
        Ground.NAME_CONTRADICTS,
        ("full_name",),
        _("“%(name)s” has little in common with the name on record, %(recorded)s."),
        _("Check whose paper it is. If this record is somebody else’s, tell the hotline."),
    ),
    Code.BORN_AFTER_FIRST_DOSE: WarningRule(
        Ground.BIRTH_DATE_DIFFERS,
        ("date_of_birth",),
        _("This is after the first dose, given on %(day_first)s."),
        _("Compare with the identity card or the birth certificate."),
    ),
    Code.BIRTH_DATE_UNLIKE: WarningRule(
        Ground.BIRTH_DATE_DIFFERS,
        ("date_of_birth",),
        _("Day, month and year all differ from the record, %(day_recorded)s."),
        _("Check whose paper it is, and compare with the identity card or the birth certificate."),
    ),
    Code.ID_SAYS_FEMALE: WarningRule(
        None,
        ("id_number", "sex"),
        _("By its fourth digit, this ID number belongs to a woman."),
        NUMBER_ON_CARD,
    ),
    Code.ID_SAYS_MALE: WarningRule(
        None,
        ("id_number", "sex"),
        _("By its fourth digit, this ID number belongs to a man."),
        NUMBER_ON_CARD,
    ),
    Code.ID_SAYS_YEAR: WarningRule(
        None,
        ("id_number", "date_of_birth"),
        _("By its fifth and sixth digit, this ID number belongs to somebody born in %(year)s."),
        NUMBER_ON_CARD,
    ),
    Code.PHOTO_TOO_SMALL: WarningRule(
        Ground.PHOTO_BLURRED,
        ("photos",),
        _("The photo is small (%(width)d × %(height)d pixels): the writing may be unreadable."),
        _(
            "Send the photo itself instead of a reduced copy, or go nearer until the paper fills it."
        ),
    ),
    Code.PHOTO_TOO_DARK: WarningRule(
        Ground.PHOTO_BLURRED,
        ("photos",),
        _("The photo is very dark."),
        _("Take it again by a window or under a lamp, without your shadow on the paper."),
    ),
    Code.PHOTO_TOO_BRIGHT: WarningRule(
        Ground.PHOTO_BLURRED,
        ("photos",),
        _("The photo is so bright that the writing has faded."),
        _("Take it again without flash and out of the sun."),
    ),
    Code.PHOTO_BLURRED: WarningRule(
        Ground.PHOTO_BLURRED,
        ("photos",),
        _("The photo looks blurred."),
        GOOD_LIGHT,
    ),
    Code.PHOTO_TWICE: WarningRule(
        None,
        ("photos",),
        _("This is nearly the same photo as another one here."),
        _("One of the two is enough. Remove the worse one."),
    ),
    Code.PHOTO_SENT_BEFORE: WarningRule(
        None,
        ("photos",),
        _("Nearly the same photo was sent on %(day_sent)s."),
        _(
            "That is fine if the paper shows this dose too. Otherwise take a photo of the right paper."
        ),
    ),
    Code.PAGES_LEFT_OUT: WarningRule(
        None,
        ("photos",),
        _("The PDF has %(pages)d pages; only the first three were taken."),
        _("If the dose is on another page, send a screenshot of that page."),
    ),
}


@dataclass(frozen=True)
class ProposalWarning:
    """One warning: why a proposal may be refused, and how to do better.

    values fill the sentences: texts, numbers, ISO dates, doses by position. Stored as JSON and
    translated when it is read.
    """

    code: Code
    field: str
    values: Values = attribute(default_factory=dict)

    @property
    def ground(self) -> Ground | None:
        """The official ground of refusal that it is based on."""
        return self._rule.ground

    @property
    def sentence(self) -> str:
        """Why the proposal may be refused: a statement that the citizen can check."""
        return str(self._rule.sentence % in_words(self.values))

    @property
    def advice(self) -> str:
        """How to do better."""
        return str(self._rule.advice)

    @property
    def _rule(self) -> WarningRule:
        return RULES[self.code]

    @property
    def sign(self) -> str:
        """A hash with which a page tells the server that it showed this warning."""
        text = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        return {"code": str(self.code), "field": str(self.field), "values": dict(self.values)}


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[ProposalWarning]:
    """Read stored warnings; those whose rule no longer exists are left out."""
    return [
        ProposalWarning(Code(entry["code"]), entry["field"], entry["values"])
        for entry in stored
        if entry["code"] in set(Code)
    ]
