"""ID and phone numbers in files: zeros that Excel has dropped, digits that it has lost."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from vaxreg.id_numbers import clean_id_number, is_id_number, with_lost_zeros
from vaxreg.typed.phones import e164

# 1.09012E+11: Excel has rounded the number, and the digits are gone.
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_PERSONAL_LENGTH = 12
# Mobile numbers as most people write them; the library gives the same, in fifty times the time.
_MOBILE = re.compile(
    r"(?:0|\+?84)((?:3\d|5[1689]|7[06-9]|8[1-8]|9[0-8])\d{7}|(?:52[238]|559|89[6-9]|99[013-9])\d{6})"
)
_PHONE_WITHOUT_ZERO = re.compile(r"[1-9]\d{8}")
# Century and sex by the fourth digit (Circular 59/2021/TT-BCA, article 4): even is male.
_CENTURIES = {digit: 1900 + digit // 2 * 100 for digit in range(10)}


@dataclass(frozen=True)
class ReadNumber:
    """A number as it is stored, and what is to be said of it: an error, or a warning."""

    number: str = ""
    error: str = ""
    warning: str = ""


NO_NUMBER = ReadNumber()


def read_id_number(text: str) -> ReadNumber:
    """Return an ID number with the zeros that were lost; error "rounded" or "no_number"."""
    if not text:
        return NO_NUMBER
    if _ROUNDED.fullmatch(text):
        return ReadNumber(error="rounded")
    text = text.removesuffix(".0")
    typed = text if text.isascii() and text.isdecimal() else clean_id_number(text) or ""
    if typed.isdecimal() and len(typed) in (8, 10, 11):
        whole = with_lost_zeros(typed)
        return ReadNumber(whole, warning="zeros")
    if not is_id_number(typed):
        return ReadNumber(error="no_number")
    return ReadNumber(typed)


def read_phone(text: str) -> ReadNumber:
    """Return a phone number in E.164; a number that is none is only warned of."""
    if not text:
        return NO_NUMBER
    digits = text.removesuffix(".0")
    if _PHONE_WITHOUT_ZERO.fullmatch(digits):
        digits = f"0{digits}"
    if usual := _MOBILE.fullmatch(digits):
        return ReadNumber(f"+84{usual[1]}")
    try:
        return ReadNumber(e164(digits))
    except ValidationError:
        return ReadNumber(warning="no_phone")


def fits(number: str, *, year: int, sex: str) -> bool:
    """Whether year and sex are those that a number of 12 digits names; True for other numbers.

    A soft check: numbers are issued once, and dates of birth are put right later.
    """
    if len(number) != _PERSONAL_LENGTH or not number.isdecimal():
        return True
    kind = int(number[3])
    named = _CENTURIES[kind] + int(number[4:6])
    return named == year and (sex not in ("male", "female") or (sex == "male") == (kind % 2 == 0))
