"""Search keys: Vietnamese text without diacritics, as people type it in a search box."""

import unicodedata

from django.db.models import CharField, Expression, F, Func, Value
from django.db.models.functions import Lower


def search_key(text: str) -> str:
    """Return the text in lower case, without diacritics, đ as d, white space collapsed.

    Equal for NFC and NFD input (macOS and iOS send NFD). Stored beside each name, for matching
    and for sorting: the embedded PostgreSQL has no Vietnamese collation.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c != "\0")
    return " ".join(letters.split())


# The letters that search_key turns into one plain letter, for the same function in SQL.
_ACCENTED = [chr(code) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))]
_FOLDED = {char: key for char in _ACCENTED if len(key := search_key(char)) == 1 and key != char}
# Combining diacritics of decomposed text come last, without a replacement: translate drops them.
_COMBINING = "".join(chr(code) for code in range(0x300, 0x370) if unicodedata.combining(chr(code)))


def search_key_of(column: str) -> Expression:
    """Return an SQL expression for the search key of a column without a stored one.

    It is computed for each row: use it only for few rows, such as the staff of a district.
    """
    folded = Func(
        F(column),
        Value("".join(_FOLDED) + _COMBINING),
        Value("".join(_FOLDED.values())),
        function="translate",
        output_field=CharField(),
    )
    return Func(Lower(folded), function="", template='(%(expressions)s COLLATE "C")')
