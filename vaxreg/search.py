"""Search keys: text without diacritics and punctuation, as people type it in a search box."""

import re
import unicodedata
from functools import lru_cache

from django.db.models import CharField, Expression, F, Func, Value
from django.db.models.functions import Lower, Trim

# What keyboards and telephones make of the apostrophe in K'Nam.
APOSTROPHES = (
    "'\u2018\u2019\u201b\u2032\u00b4`\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u055a\ua78c\uff07"
)
LONGEST = 200
# The stroke of đ is no mark that can be taken off: Đ, and the letters that look the same.
STROKED = "\u0111\u00f0\u0256"
_PLAIN = str.maketrans(STROKED + APOSTROPHES, "d" * len(STROKED) + "'" * len(APOSTROPHES))
# What keyboards make of đ and of the apostrophe, and the tones of Vietnamese, decomposed.
_SAME = str.maketrans(STROKED, "\u0111" * len(STROKED), APOSTROPHES)
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# K' Nam is K'Nam. The same expressions work in PostgreSQL.
_PREFIX, _JOINED = r"(?<!\w)(\w)' +(?=\w)", r"(?<=\w)'(?=\w)"


def search_key(text: str) -> str:
    """Return the text in small letters, without diacritics and punctuation, đ as d.

    Parts stand between single spaces; an apostrophe within a word is left out ("K'Nam" is "knam").
    Equal for NFC and NFD input (macOS and iOS send NFD). Stored beside each name, for matching and
    for sorting: the embedded PostgreSQL has no Vietnamese collation.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().translate(_PLAIN))
    marks_off = "".join(c for c in decomposed if not unicodedata.combining(c))
    parts = "".join(_in_key(c) for c in marks_off)
    joined = re.sub(_JOINED, "", re.sub(_PREFIX, r"\1", parts))
    return unicodedata.normalize("NFC", " ".join(joined.replace("'", " ").split()))


def exact_key(text: str) -> str:
    """Return a name to compare with its marks: small letters, the tone at the end of each word.

    Where a tone stands is a matter of taste: hoà, hòa.
    """
    return " ".join(map(_exact_word, text.split()))


@lru_cache(maxsize=8192)
def _exact_word(text: str) -> str:
    word = unicodedata.normalize("NFD", text.casefold().translate(_SAME))
    tones = "".join(char for char in word if char in _TONES)
    return "".join(char for char in word if char not in _TONES) + tones


def is_without_marks(exact: str) -> bool:
    """Whether the `exact_key` of a name has no marks: it may be that of several names."""
    # The first mark tells; most names have one.
    return not any(map(unicodedata.combining, exact)) and (
        "".join(filter(str.isalpha, exact)) == search_key(exact).replace(" ", "")
    )


def search_words(text: str, *, most: int) -> list[str]:
    """Return the words to look for in search keys, so many at most; signs alone are found nowhere."""
    return (search_key(text) or text.strip())[:LONGEST].split()[:most]


def _in_key(char: str) -> str:
    """Return a letter, mark or digit as it is, nothing for an invisible character, else a space."""
    category = unicodedata.category(char)
    if char == "'" or category[0] in "LMN":
        return char
    return "" if category in ("Cf", "Cs") or char == "\0" else " "


# The letters that search_key turns into one plain letter, for the same function in SQL.
_ACCENTED = [chr(code) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))]
_FOLDED = {char: key for char in _ACCENTED if len(key := search_key(char)) == 1 and key != char}
_FOLDED |= dict.fromkeys(APOSTROPHES, "'")
_SIGNS = [chr(code) for code in (*range(0x20, 0xC0), *range(0x2010, 0x205F))]
_FOLDED |= {char: " " for char in _SIGNS if char not in _FOLDED and _in_key(char) == " "}
# Combining diacritics of decomposed text come last, without a replacement: translate drops them.
_COMBINING = "".join(chr(code) for code in range(0x300, 0x370) if unicodedata.combining(chr(code)))


def search_key_of(column: str) -> Expression:
    """Return an SQL expression for the search key of a column without a stored one.

    It is computed for each row: use it only for few rows, such as the staff of a district.
    """
    folded: Expression = Func(
        F(column),
        Value("".join(_FOLDED) + _COMBINING),
        Value("".join(_FOLDED.values())),
        function="translate",
        output_field=CharField(),
    )
    key: Expression = Lower(folded)
    for pattern, kept in ((_PREFIX, r"\1"), (_JOINED, ""), ("[' ]+", " ")):
        key = Func(
            key, Value(pattern), Value(kept), Value("g"), function="regexp_replace",
            output_field=CharField(),
        )  # fmt: skip
    return Func(Trim(key), function="", template='(%(expressions)s COLLATE "C")')
