"""Personal data as it is shown to those who need not see all of it.

The ID number and the date of birth are hidden as Decision 1405/QĐ-BTTTT hides them in the
personal QR code: the first six characters, and day and month.
"""

from datetime import date

HIDDEN_OF_ID = 6
SHOWN_OF_ID_AT_LEAST = 2


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
