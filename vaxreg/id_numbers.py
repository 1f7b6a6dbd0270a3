"""The form of an ID number: as it is stored, and what the database accepts."""

# 12 digits (căn cước), 9 digits (the old CMND), or a passport, which has a letter. Province and
# year part are not checked: a number keeps the place of birth registration.
ID_NUMBER_PATTERN = r"^(\d{9}|\d{12}|(?=.*[A-Z])[A-Z0-9]{6,12})$"


def clean_id_number(id_number: str) -> str | None:
    """Return an ID number as it is stored: capitals, no spaces or dots; None for ""."""
    return "".join(c for c in id_number.upper() if c.isalnum()) or None
