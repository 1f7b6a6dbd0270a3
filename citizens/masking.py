"""Personal data as it is shown to those who need not see all of it.

The ID number and the date of birth are hidden as Decision 1405/QĐ-BTTTT hides them in the
personal QR code: the first six characters, and day and month.
"""

import re
from datetime import date

HIDDEN_OF_ID = 6
SHOWN_OF_ID_AT_LEAST = 2
SHOWN_AT_THE_END = 4
# Phone and ID numbers as people write them into a text, with spaces, dots and dashes.
LONG_NUMBER = re.compile(r"\+?\d(?:[\s.\-]?\d){8,}")


def mask_id(id_number: str | None) -> str:
    """ "001090123456" as "******123456"; the last two characters are always shown."""
    if not id_number:
        return ""
    hidden = max(min(HIDDEN_OF_ID, len(id_number) - SHOWN_OF_ID_AT_LEAST), 0)
    return "*" * hidden + id_number[hidden:]


def mask_phone(phone: str | None) -> str:
    """ "+84912345678" as "091****678": the network and the last three digits."""
    if not phone:
        return ""
    national = "0" + phone.removeprefix("+84") if phone.startswith("+84") else phone
    return national[:3] + "*" * max(len(national) - 6, 0) + national[-3:]


def mask_name(full_name: str) -> str:
    """ "Nguyễn Thị Lan" as "N. T. Lan": the given name, which people are called by, stays."""
    *before, given = full_name.split() or [""]
    return " ".join([*(f"{word[0]}." for word in before), given])


def mask_date_of_birth(date_of_birth: date) -> str:
    """15 April 1990 as "**/**/1990"."""
    return f"**/**/{date_of_birth.year:04}"


def mask_id_ending(id_number: str | None) -> str:
    """ "001090123456" as "********3456": enough to tell two people apart, too little to pass a check."""
    if not id_number:
        return ""
    return "*" * (len(id_number) - SHOWN_AT_THE_END) + id_number[-SHOWN_AT_THE_END:]


def cut_numbers(text: str) -> str:
    """Return a text that a citizen wrote without the phone and ID numbers that may stand in it."""
    return LONG_NUMBER.sub("…", text)


def without_person(text: str, full_name: str) -> str:
    """Return such a text without the person’s own full name either."""
    words = [re.escape(word) for word in full_name.split()]
    named = re.compile(r"\s+".join(words), re.IGNORECASE)
    return cut_numbers(named.sub(mask_name(full_name), text))
