"""Numbers and codes: digits of any keyboard as 0 to 9, without what people put between them."""

import re
import unicodedata

# Blanks, dots, and the dashes and hyphens that telephones and word processors make of "-".
_BETWEEN = r"\s.\-\u2010-\u2015\u2212\ufe63\uff0d\u00b7"


def plain_digits(text: str) -> str:
    """Return the text with the digits of any script and of full width as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def compact(text: str, *, more: str = "") -> str:
    """Return a number or code without blanks, dots and dashes; `more` names other signs to drop."""
    text = plain_digits(text).replace("\uff0b", "+")
    return re.sub(f"[{_BETWEEN}{re.escape(more)}]", "", text)
