"""Masking of personal data for users who need not see all of it.

ID number and date of birth are masked as in the personal QR code of Decision 1405/QĐ-BTTTT: the
first six characters, and day and month are hidden.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from vaxreg.typed.numbers_in_text import replace_numbers

HIDDEN_OF_ID = 6
SHOWN_OF_ID_AT_LEAST = 2
SHOWN_AT_THE_END = 4
# A word with its marks, composed or decomposed, and with what nobody sees.
_WORD = re.compile("[^\\W\\d_](?:[^\\W\\d_]|[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff])*")
# What may stand between two words of one name; a line break as well.
_BETWEEN_WORDS = re.compile(r"[\W_]{1,6}")
_END_OF_A_SENTENCE = re.compile(r"[.!?;:]\s")
# Of so many words a name is recognized even with wrong marks.
_WORDS_OF_A_LONG_NAME = 3
# The digits as they are spoken, without marks, as many as a phone number has.
_SPOKEN_DIGITS = frozenset(
    ("khong", "mot", "hai", "ba", "bon", "tu", "nam", "lam", "sau", "bay", "tam", "chin")
)
_DIGITS_OF_A_PHONE = 9


def mask_id(id_number: str | None) -> str:
    """ "001090123456" as "******123456"; the last two characters are always shown."""
    if not id_number:
        return ""
    hidden = max(min(HIDDEN_OF_ID, len(id_number) - SHOWN_OF_ID_AT_LEAST), 0)
    return "*" * hidden + id_number[hidden:]


def mask_phone(phone: str | None) -> str:
    """ "+84912345678" as "091****678": the first three and the last three digits remain."""
    if not phone:
        return ""
    national = "0" + phone.removeprefix("+84") if phone.startswith("+84") else phone
    return national[:3] + "*" * max(len(national) - 6, 0) + national[-3:]


def mask_name(full_name: str) -> str:
    """ "Nguyễn Thị Lan" as "N. T. Lan": the given name, the last word, remains."""
    *before, given = unicodedata.normalize("NFC", full_name).split() or [""]
    return " ".join([*(f"{word[0]}." for word in before), given])


def mask_date_of_birth(date_of_birth: date) -> str:
    """15 April 1990 as "**/**/1990"."""
    return f"**/**/{date_of_birth.year:04}"


def mask_id_ending(id_number: str | None) -> str:
    """ "001090123456" as "********3456": distinguishes people, but cannot pass a caller check."""
    if not id_number:
        return ""
    return "*" * (len(id_number) - SHOWN_AT_THE_END) + id_number[-SHOWN_AT_THE_END:]


def cut_numbers(text: str) -> str:
    """Return a citizen's text with phone and ID numbers replaced by "…"."""
    words = _words(text)
    spans = []
    for first, last in _runs_of(words, text, lambda word: word.letters in _SPOKEN_DIGITS):
        if last - first + 1 >= _DIGITS_OF_A_PHONE:
            spans.append((words[first].start, words[last].end, "…"))
    return replace_numbers(_replaced(text, spans), "…")


def mask_own_name(text: str, full_name: str) -> str:
    """Return a citizen's text with numbers removed and the person's own name masked.

    The name is found in any letter case, without marks, decomposed, with its words in another order
    or some of them left out beside the family name, and without spaces.
    """
    return cut_numbers(_replaced(text, list(_own_name(text, full_name))))


@dataclass(frozen=True)
class _Word:
    """A word of a text: its letters in lower case without marks, and its marks."""

    start: int
    end: int
    letters: str
    marks: Counter[str]

    def is_spelling_of(self, other: "_Word") -> bool:
        """Whether it is the same word, perhaps with marks left out."""
        return self.letters == other.letters and self.marks <= other.marks


def _words(text: str) -> list[_Word]:
    return [_word(found) for found in _WORD.finditer(text)]


def _word(found: re.Match[str]) -> _Word:
    decomposed = unicodedata.normalize("NFD", found[0].casefold())
    letters = "".join(char for char in decomposed if char.isalpha())
    marks = [char for char in decomposed if char == "đ" or unicodedata.combining(char)]
    return _Word(*found.span(), letters.replace("đ", "d"), Counter(marks))


def _own_name(text: str, full_name: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, what stands there instead) for each place of the name."""
    name = _words(unicodedata.normalize("NFC", full_name))
    if len(name) < 2:
        return
    words = _words(text)
    joined = {"".join(part.letters for part in order) for order in (name, [name[-1], *name[:-1]])}
    at = 0
    while at < len(words):
        if words[at].letters in joined:
            yield words[at].start, words[at].end, mask_name(full_name)
            at += 1
            continue
        parts = _parts_from(at, words, name, text)
        if parts:
            masked = mask_name(full_name).split()
            instead = " ".join(masked[part] for part in sorted(parts))
            yield words[at].start, words[at + len(parts) - 1].end, instead
        at += max(len(parts), 1)


def _parts_from(at: int, words: list[_Word], name: list[_Word], text: str) -> list[int]:
    """Return which parts of the name the words from `at` on are; [] if they are not the name."""
    found: list[int] = []
    exact = 0
    for number, word in enumerate(words[at : at + len(name)]):
        if number and not _is_beside(words[at + number - 1], word, text):
            break
        left = [part for part in range(len(name)) if part not in found]
        part = next((one for one in left if word.is_spelling_of(name[one])), None)
        if part is None:
            part = next((one for one in left if word.letters == name[one].letters), None)
            part = _initial(word, left, name) if part is None else part
            if part is None:
                break
            is_exact = len(word.letters) == 1
        else:
            is_exact = True
        found.append(part)
        if is_exact and exact == number:
            exact += 1
    is_long_name = len(found) == len(name) >= _WORDS_OF_A_LONG_NAME
    found = found if is_long_name else found[:exact]
    # Family name and given name, the family name not only by its first letter.
    if not {0, len(name) - 1} <= set(found) or len(words[at + found.index(0)].letters) == 1:
        return []
    return found


def _is_beside(word: _Word, following: _Word, text: str) -> bool:
    """Whether two words may belong to one name: only spaces and signs stand between them."""
    between = text[word.end : following.start]
    ends = len(word.letters) > 1 and _END_OF_A_SENTENCE.match(between)
    return bool(_BETWEEN_WORDS.fullmatch(between)) and not ends


def _initial(word: _Word, left: list[int], name: list[_Word]) -> int | None:
    """Return the part of the name that a single letter stands for."""
    if len(word.letters) != 1:
        return None
    return next((one for one in left if name[one].letters.startswith(word.letters)), None)


def _runs_of(
    words: list[_Word], text: str, is_wanted: Callable[[_Word], bool]
) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of the longest runs of wanted words that stand beside each other."""
    first = None
    for at, word in enumerate(words):
        if first is not None and not (_is_beside(words[at - 1], word, text) and is_wanted(word)):
            yield first, at - 1
            first = None
        if first is None and is_wanted(word):
            first = at
    if first is not None:
        yield first, len(words) - 1


def _replaced(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    found, at = "", 0
    for start, end, instead in spans:
        found += text[at:start] + instead
        at = end
    return found + text[at:]
