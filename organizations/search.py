"""Search of organizations by words: who has them all, and whose names they are."""

import re
from collections.abc import Sequence

from django.db.models import Case, CharField, Expression, F, IntegerField, Q, Value, When
from django.db.models.functions import Concat
from django.db.models.lookups import Contains

from organizations.models import MOST_WORDS
from vaxreg.search import search_key

OWN_NAME = ("search_name",)
# What stands in front of the name of an area: "Long An" is the whole name of "Tỉnh Long An".
LEVEL_WORDS = (
    *("tinh", "thanh pho", "quan", "huyen", "thi xa", "phuong", "xa", "thi tran", "dac khu"),
    *("tram y te", "tram y te phuong", "tram y te xa", "tram y te thi tran"),
)
LONGEST = 200
_BETWEEN_PARTS = re.compile(r"[,;\n]")


def parts_of(typed: str) -> list[str]:
    """Return the search keys of what stands between commas: "Bắc Bình, Bình Thuận" has two."""
    parts = (search_key(part) for part in _BETWEEN_PARTS.split(typed[:LONGEST]))
    return [part for part in parts if part][:MOST_WORDS]


def has_words(parts: Sequence[str], names: Sequence[str]) -> Q:
    """Return a condition for rows of which each word is within one of these names (columns)."""
    found = Q()
    for word in " ".join(parts).split()[:MOST_WORDS]:
        found &= _any(names, "contains", word)
    return found


def nearest_name(typed: str) -> tuple[Expression, str, str]:
    """Return what to order organizations by that were found by these words."""
    return closeness(parts_of(typed)), "search_name", "pk"


def closeness(parts: Sequence[str], names: Sequence[str] = OWN_NAME) -> Expression:
    """Return how well the names fit, to order by: the smaller, the better.

    0: each part is a whole name; 1: it stands in one as whole words; 2: each word is a whole word;
    3: words are within others ("Quận 1" in "Quận 10"). Where somebody lives comes after that: who
    lives in Hà Nội and types "long an" means the province, not Thăng Long and An Khánh.
    """
    whole, phrase, words = Q(), Q(), Q()
    for part in parts:
        called = [part, *(f"{level} {part}" for level in LEVEL_WORDS)]
        whole &= _any(names, "in", called)
        phrase &= _any_spaced(names, part)
        for word in part.split()[:MOST_WORDS]:
            words &= _any_spaced(names, word)
    if not parts:
        return Value(0)
    whens = [When(fits, then=Value(rank)) for rank, fits in enumerate((whole, phrase, words))]
    return Case(*whens, default=Value(len(whens)), output_field=IntegerField())


def _any(names: Sequence[str], lookup: str, value: object) -> Q:
    found = Q()
    for name in names:
        found |= Q(**{f"{name}__{lookup}": value})
    return found


def _any_spaced(names: Sequence[str], words: str) -> Q:
    """Return a condition: these words stand in one of the names, as whole words in this order."""
    found = Q()
    for name in names:
        spaced = Concat(Value(" "), F(name), Value(" "), output_field=CharField())
        found |= Q(Contains(spaced, f" {words} "))
    return found
