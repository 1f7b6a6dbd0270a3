"""Search keys: Vietnamese text as people type it in a hurry, without diacritics."""

import unicodedata


def search_key(text: str) -> str:
    """Return text lower-cased, without diacritics, đ as d, white space collapsed.

    Equal for NFC and NFD input (macOS and iOS send NFD). Stored beside each name and used for
    matching; for sorting too, since the embedded PostgreSQL has no Vietnamese collation.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and c != "\0")
    return " ".join(letters.split())
