"""Takes invisible characters out of everything that is typed, pasted or imported.

A phone number copied from the contacts of a phone is wrapped in marks of direction; a web page has
soft hyphens and spaces that do not break. Nobody sees them, so nobody could mend what they typed.
Every form, API body, query string and cell of a spreadsheet passes here before it is judged.
"""

import unicodedata
from typing import Any

# Drawn as nothing, though Unicode classes them as letters, marks or symbols: the grapheme joiner,
# the Hangul fillers, the Khmer inherent vowels, the place of an embedded object.
_DRAWN_AS_NOTHING = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0xFFFC}
_VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_BLANK_BRAILLE = 0x2800
# Vertical tab (a line break within a cell in Excel), form feed, "next line".
_LINE_BREAKS = {0x0B, 0x0C, 0x85}
_STAY = {0x09, 0x0A, 0x0D}


class _Visible(dict[int, int | str | None]):
    """What `str.translate` makes of each character; filled as characters come by."""

    def __missing__(self, code: int) -> int | str | None:
        self[code] = found = _visible(code)
        return found


def _visible(code: int) -> int | str | None:
    category = unicodedata.category(chr(code))
    if code in _STAY:
        return code
    if code in _LINE_BREAKS or category in ("Zl", "Zp"):
        return "\n"
    if category == "Zs" or code == _BLANK_BRAILLE:
        return " "
    if category == "Cc" and code:
        return " "
    # Cf: marks of direction, zero width, soft hyphens; Cs: half of a character; and NUL.
    if category in ("Cf", "Cs", "Cc") or code in _DRAWN_AS_NOTHING:
        return None
    return None if any(code in span for span in _VARIATION_SELECTORS) else code


_VISIBLE = _Visible()


def clean_text(text: str) -> str:
    """Return the text without invisible characters, odd spaces as plain ones; lines stay."""
    return text.translate(_VISIBLE)


def clean_line(text: str) -> str:
    """Return the same on one line: white space is single spaces, none at the ends."""
    return " ".join(clean_text(text).split())


def clean_values(value: Any) -> Any:
    """Return a structure of dicts and lists, as JSON has it, with `clean_text` of each text."""
    match value:
        case str():
            return clean_text(value)
        case dict():
            return {key: clean_values(one) for key, one in value.items()}
        case list():
            return [clean_values(one) for one in value]
    return value
