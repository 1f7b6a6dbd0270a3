"""The form of an ID number: as it is typed, as it is stored, and what the database accepts."""

import re

from vaxreg.typed.invisible import clean_line
from vaxreg.typed.numbers import compact

# 12 digits (căn cước), 9 digits (the old CMND, or a passport), or a passport of any country: letters
# and digits in any order, or 8 digits. Province and year part are not checked: a number keeps the
# place of birth registration.
ID_NUMBER_PATTERN = r"^(\d{8,9}|\d{12}|(?=.*[A-Z])[A-Z0-9]{6,12})$"
# A passport has nine characters at most (ICAO 9303), some print one more; one digit at least, or it
# is a word.
_TYPED = re.compile(r"[0-9]{12}|[0-9]{8,9}|(?=.*[0-9])(?=.*[A-Z])[A-Z0-9]{6,10}")
_OLD_CARD = re.compile(r"[0-9]{9}")


def clean_id_number(id_number: str) -> str | None:
    """Return an ID number as it is stored: capitals and digits, nothing between; None for ""."""
    return "".join(c for c in compact(clean_line(id_number)).upper() if c.isalnum()) or None


def is_id_number(number: str) -> bool:
    """Whether a cleaned number has the form of a card or passport."""
    return _TYPED.fullmatch(number) is not None


def is_old_card(number: str | None) -> bool:
    """Whether it may be an old CMND: provinces gave some of these numbers to two people."""
    return number is not None and _OLD_CARD.fullmatch(number) is not None
