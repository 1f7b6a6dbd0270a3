"""Masking of personal data for users who need not see all of it.

ID number and date of birth are masked as in the personal QR code of Decision 1405/QĐ-BTTTT: the
first six characters, and day and month are hidden.
"""

import re
from datetime import date

HIDDEN_OF_ID = 6
SHOWN_OF_ID_AT_LEAST = 2
SHOWN_AT_THE_END = 4
# Phone and ID numbers as people write them in a text, with spaces, dots and dashes.
LONG_NUMBER = re.compile(r"\+?\d(?:[\s.\-]?\d){8,}")


def mask_id(id_number: str | None) -> str:
    """ "001090123456" as "******123456"; the last two characters are always shown."""
    if not id_number:
        return ""
    hidden = max(min(HIDDEN_OF_ID, len(id_number) - SHOWN_OF_ID_AT_LEAST), 0)
    return "*" * hidden + id_number[hidden:]


def mask_phone(phone: str | None) -> str:
    """ "+84912345678" as "091****678": the first three and the last three digits remain."""
    if not phone:
        return ""
    national = "0" + phone.removeprefix("+84") if phone.startswith("+84") else phone
    return national[:3] + "*" * max(len(national) - 6, 0) + national[-3:]


def mask_name(full_name: str) -> str:
    """ "Nguyễn Thị Lan" as "N. T. Lan": the given name, the last word, remains."""
    *before, given = full_name.split() or [""]
    return " ".join([*(f"{word[0]}." for word in before), given])


def mask_date_of_birth(date_of_birth: date) -> str:
    """15 April 1990 as "**/**/1990"."""
    return f"**/**/{date_of_birth.year:04}"


def mask_id_ending(id_number: str | None) -> str:
    """ "001090123456" as "********3456": distinguishes people, but cannot pass a caller check."""
    if not id_number:
        return ""
    return "*" * (len(id_number) - SHOWN_AT_THE_END) + id_number[-SHOWN_AT_THE_END:]


def cut_numbers(text: str) -> str:
    """Return a citizen's text with phone and ID numbers replaced by "…"."""
    return LONG_NUMBER.sub("…", text)


def mask_own_name(text: str, full_name: str) -> str:
    """Return a citizen's text with numbers removed and the person's own name masked."""
    words = [re.escape(word) for word in full_name.split()]
    named = re.compile(r"\s+".join(words), re.IGNORECASE)
    return cut_numbers(named.sub(mask_name(full_name), text))
