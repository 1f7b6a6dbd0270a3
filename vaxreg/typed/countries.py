"""Countries by their two letters (ISO 3166-1 alpha-2), with names in the reader's language (CLDR)."""

from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

from vaxreg.search import search_key

VIET_NAM = "VN"
# Two letters in the same list that are no country: unions, tests, "unknown".
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def names() -> dict[str, str]:
    """Return all countries in the reader's language: letters and name, in the order of the names."""
    return _names(get_language() or "vi")


def name_of(letters: str) -> str:
    """Return the name of a country; the letters themselves if there is none, "" for ""."""
    return names().get(letters, letters)


@lru_cache(maxsize=4)
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language, sep="-").territories
    found = {
        letters: str(name)
        for letters, name in territories.items()
        if len(letters) == 2 and letters.isalpha() and letters not in NO_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda pair: search_key(pair[1])))
