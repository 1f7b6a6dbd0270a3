"""Phone numbers as people type them, those from before September 2018 included."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from vaxreg.typed.invisible import clean_line
from vaxreg.typed.numbers import compact

# Mobile numbers of eleven digits became ones of ten: decision 798/QĐ-BTTTT of 2018 of the Ministry
# of Information and Communications, in force since 15 September 2018. Old prefix to new one,
# without the 0 in front.
PREFIXES_OF_2018 = {
    # Viettel
    **{f"16{digit}": f"3{digit}" for digit in "23456789"},
    # MobiFone
    "120": "70",
    "121": "79",
    "122": "77",
    "126": "76",
    "128": "78",
    # VinaPhone
    "123": "83",
    "124": "84",
    "125": "85",
    "127": "81",
    "129": "82",
    # Vietnamobile, Gmobile
    "186": "56",
    "188": "58",
    "199": "59",
}
_OLD = re.compile(rf"(0|\+?84|0084)0?({'|'.join(PREFIXES_OF_2018)})(\d{{7}})")

MESSAGES = {
    "letters": gettext_lazy("A phone number has digits only, for example 0912 345 678."),
    "short": gettext_lazy("This phone number has too few digits. A mobile number has 10."),
    "long": gettext_lazy("This phone number has too many digits. A mobile number has 10."),
    "unknown": gettext_lazy("There is no such phone number. Please check each digit."),
}


def e164(typed: str) -> str:
    """Return the number as +84912345678, "" for nothing typed; an old one as it is since 2018.

    Reads 09…, +84…, 0084…, 84…, with spaces, dots, dashes and brackets. Raises ValidationError.
    """
    number = compact(clean_line(typed), more="()")
    if not number:
        return ""
    if today := _since_2018(number):
        number = f"+84{today}"
    number = re.sub(r"^00", "+", number)
    if not re.fullmatch(r"\+?\d+", number):
        raise _error("letters")
    if re.fullmatch(r"84\d{9}", number):
        number = f"+{number}"
    try:
        parsed = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        raise _error("short" if len(number) < 8 else "unknown") from None
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible == phonenumbers.ValidationResult.TOO_SHORT:
        raise _error("short")
    if possible == phonenumbers.ValidationResult.TOO_LONG:
        raise _error("long")
    if not phonenumbers.is_valid_number(parsed):
        raise _error(_wrong_length(parsed) or "unknown")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def of_today(contact: str) -> str:
    """Return a mobile number from before 2018 as 0383451234; any other contact as it is.

    For contacts that are no E.164 numbers: those of organizations, with extensions and short codes.
    """
    today = _since_2018(compact(clean_line(contact), more="()"))
    return f"0{today}" if today else contact


def _since_2018(number: str) -> str:
    """Return an old mobile number as it is now, without the 0 in front; "" for any other number."""
    old = _OLD.fullmatch(number)
    return f"{PREFIXES_OF_2018[old[2]]}{old[3]}" if old else ""


def _error(code: str) -> ValidationError:
    return ValidationError(MESSAGES[code], code=code)


def _wrong_length(number: phonenumbers.PhoneNumber) -> str:
    """Return "short", "long" or "". The library accepts a mobile number with a digit too many."""
    digits = str(number.national_number)
    if number.country_code != 84 or digits[0] not in "35789" or len(digits) == 9:
        return ""
    return "short" if len(digits) < 9 else "long"
