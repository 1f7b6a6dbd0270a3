"""What a person's name may look like: one rule for forms, API, imports and the database.

One word is a whole name in many places (K'Nam, Suharto). The letters are those of any script, with
their marks (Rơ̆ Mah H'Lơ̆n has no composed form of ơ̆). Between letters stand spaces, apostrophes,
hyphens, dots, commas and slashes (Suresh s/o Raman).
"""

import unicodedata
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from vaxreg.search import APOSTROPHES, search_key
from vaxreg.typed.invisible import clean_line

LONGEST_NAME = 120
# Hyphens, dots of several scripts (Catalan, Chinese, Japanese, Hebrew), comma and slash.
BETWEEN_LETTERS = frozenset(f" .,/-\u2010\u2011\u2012\u2013\u00b7\u30fb\u05be\u05f3{APOSTROPHES}")
# For the database, which knows no classes of letters of other scripts, and keeps what was on record
# before: single spaces, none at the ends, no control or invisible character; something that is
# neither a digit nor a sign.
NOT_IN_A_NAME = (
    r"(^ |  | $"
    r"|[\u0001-\u001f\u007f-\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff])"
)
HAS_A_LETTER = r"[^\u0001-@\[-`{-\u00bf]"


def clean_name(full_name: str) -> str:
    """Return a name as it is stored: Unicode NFC, single spaces, no invisible characters."""
    return unicodedata.normalize("NFC", clean_line(full_name))


def checked_name(full_name: str) -> str:
    """Return a name as it is stored, "" for an empty one. Raises ValidationError."""
    name = clean_name(full_name)
    # The search key of a few letters is longer than they are: three times, at most.
    if len(name) * 3 > LONGEST_NAME < max(len(name), len(search_key(name))):
        raise ValidationError(
            _("A name has %(most)s characters at most.") % {"most": LONGEST_NAME}, code="long"
        )
    if name and not all(map(_is_word, name.split())):
        raise ValidationError(
            _("A name has letters only, without digits and other signs."), code="signs"
        )
    if name and not any(map(str.isalpha, name)):
        raise ValidationError(_("A name has at least one letter."), code="letters")
    return name


@lru_cache(maxsize=8192)
def _is_word(word: str) -> bool:
    return all(map(_may_stand, word))


def _may_stand(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM" or char in BETWEEN_LETTERS
