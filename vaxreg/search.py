"""Search keys: Vietnamese text as people type it in a hurry, without diacritics."""

import unicodedata

from django.db.models import CharField, Expression, F, Func, Value
from django.db.models.functions import Lower


def search_key(text: str) -> str:
    """Return text lower-cased, without diacritics, đ as d, white space collapsed.

    Equal for NFC and NFD input (macOS and iOS send NFD). Stored beside each name and used for
    matching; for sorting too, since the embedded PostgreSQL has no Vietnamese collation.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c != "\0")
    return " ".join(letters.split())


# Every letter that search_key turns into one plain letter, for the same work in the database.
_ACCENTED = [chr(code) for code in (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))]
_FOLDED = {char: key for char in _ACCENTED if len(key := search_key(char)) == 1 and key != char}
# Combining diacritics of decomposed text come last and without a partner: translate drops them.
_COMBINING = "".join(chr(code) for code in range(0x300, 0x370) if unicodedata.combining(chr(code)))


def search_key_of(column: str) -> Expression:
    """Return an SQL expression for search_key of a column that has no stored key.

    It is computed for each row: only for a small set of rows, such as the staff of a district.
    """
    folded = Func(
        F(column),
        Value("".join(_FOLDED) + _COMBINING),
        Value("".join(_FOLDED.values())),
        function="translate",
        output_field=CharField(),
    )
    return Func(Lower(folded), function="", template='(%(expressions)s COLLATE "C")')
