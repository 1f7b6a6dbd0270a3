"""The form of an ID number: as it is typed, as it is stored, and by what it is found."""

import re

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from vaxreg.encryption import blind_indexes
from vaxreg.typed.invisible import clean_line
from vaxreg.typed.numbers import compact

# 12 digits (căn cước), 9 digits (the old CMND, or a passport), or a passport of any country: letters
# and digits in any order, or 8 digits. Province and year part are not checked: a number keeps the
# place of birth registration.
ID_NUMBER_PATTERN = r"^(\d{8,9}|\d{12}|(?=.*[A-Z])[A-Z0-9]{6,12})$"
# A passport has nine characters at most (ICAO 9303), some print one more; one digit at least, or it
# is a word.
_TYPED = re.compile(r"[0-9]{12}|[0-9]{8,9}|(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{6,10}")
# What a spreadsheet leaves of a number, in digits, and how long the number is.
_WHOLE_LENGTHS = {8: 9, 10: 12, 11: 12}
_OLD_CARD = re.compile(r"[0-9]{9}")
# The labels of the blind indexes of all ID numbers, in every table: they are compared with each
# other. So many characters at the end can be searched for.
NUMBER_LABEL, ENDING_LABEL = "id_number", "id_number ending"
ENDING = 4
# The ends of the names under which JSON columns hold ID numbers.
SEALED = ("id_number",)

# The database sees only the encrypted number, so the form is checked before it is stored.
validate_id_number = RegexValidator(
    ID_NUMBER_PATTERN, _("An ID number has 12 digits, or 9 digits, or is a passport number.")
)


def clean_id_number(id_number: str) -> str | None:
    """Return an ID number as it is stored: capitals and digits, nothing between; None for ""."""
    return "".join(c for c in compact(clean_line(id_number)).upper() if c.isalnum()) or None


def with_lost_zeros(digits: str) -> str:
    """Return the digits that a spreadsheet kept of a number, with the zeros that it dropped.

    Codes of provinces begin with one or two zeros, numbers of old cards with one at most.
    """
    return digits.zfill(_WHOLE_LENGTHS.get(len(digits), 0)) if digits.isdecimal() else digits


def is_id_number(number: str) -> bool:
    """Whether a cleaned number has the form of a card or passport."""
    return _TYPED.fullmatch(number) is not None


def is_stored_form(number: str) -> bool:
    """Whether a text has the form in which ID numbers are stored."""
    return re.fullmatch(ID_NUMBER_PATTERN, number) is not None


def is_old_card(number: str | None) -> bool:
    """Whether it may be an old CMND: provinces gave some of these numbers to two people."""
    return number is not None and _OLD_CARD.fullmatch(number) is not None


def number_hashes(id_number: str | None) -> list[str]:
    """Return the blind indexes by which rows with this cleaned number are found; none for ""."""
    return blind_indexes(NUMBER_LABEL, id_number) if id_number else []


def ending_hashes(ending: str) -> list[str]:
    """Return the blind indexes by which rows are found whose number has this ending (ENDING)."""
    return blind_indexes(ENDING_LABEL, ending)
