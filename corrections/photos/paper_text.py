"""Finds the doses in what a program read off a photo of a vaccination paper.

Such text has mistakes: a letter taken for another (0 and O, 1 and l, a and o), marks lost, strokes
of a stamp taken for letters. A photo is therefore read several times, and a value counts only
where two readings agree: a wrong suggestion is worse than none.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

# A reading: the lines of a page, from top to bottom.
Reading = Sequence[str]

# "Mũi 2:", "Mũi2", "Mũi tiêm thứ 2", "Mui so 2"; a 1 is also read as "!", "I" or "l".
HEADING = re.compile(r"\bmui(?![a-z])(?: ?tiem\b)? ?(?:(?:thu|so)\b ?)?(?:([1-4il!])(?![a-z0-9]))?")
# How many lines may tell of one dose, its heading among them.
MOST_LINES = 5
_DIGIT = "[0-9oil]"
_DATES = (
    re.compile(
        rf"(?<![0-9])({_DIGIT} ?{_DIGIT}|{_DIGIT}) ?[/.\-] ?({_DIGIT} ?{_DIGIT}|{_DIGIT})"
        rf" ?[/.\-] ?(2 ?[0o] ?2 ?{_DIGIT})(?![0-9])"
    ),
    re.compile(
        rf"\bngay\W{{0,2}}({_DIGIT}{{1,2}})\W{{1,2}}thang\W{{1,2}}({_DIGIT}{{1,2}})"
        rf"\W{{1,2}}nam\W{{1,2}}(2[0o]2{_DIGIT})\b"
    ),
)
_AS_DIGITS = str.maketrans({"o": "0", "i": "1", "l": "1", "!": "1", " ": None})
# "Số lô:", also where its letters ran together or were taken for digits ("S616").
_LOT = re.compile(r"(?:\bs[oe06] ?[l1i][o06]?\b|\blo so\b|\blot\b)[ :;.,_]{0,3}(?:no\b[ :.]{0,2})?")
_LOT_SHAPE = re.compile(r"[A-Z0-9]+(?:[/-][A-Z0-9]+)?")
# A full stop, or specks.
_BEHIND_A_LOT = r".,;'’‘`“”\u02c6~-"
LOT_LENGTHS = range(5, 15)
# Round letters that are taken for each other.
_ROUND = str.maketrans("adegq", "ooooo")
# Of 1, the same letters: how like a word must be to a name of a vaccine.
LIKENESS = 0.8
# Words of the form that are no names of vaccines.
_LABELS = re.compile(r"vac ?xin\w?|vaccin\w*|covid|\bmui\b|\bngay\b|\bnoi tiem\b|\bloai\b")


class DoseRead(NamedTuple):
    """What stands on the paper about one dose; "" for what could not be read surely."""

    vaccine: str
    lot: str
    given_on: str

    @property
    def as_facts(self) -> dict[str, str]:
        """The facts that were read, by the names of their fields."""
        return {name: value for name, value in self._asdict().items() if value}


def doses_on(
    readings: Iterable[Reading], *, vaccines: Mapping[str, str], earliest: date, latest: date
) -> dict[int, DoseRead]:
    """Return the doses that at least two readings agree on, by their number on the paper.

    vaccines: their names by code. A date outside of earliest..latest counts as not read.
    """
    names = {code: _words_of(name) for code, name in vaccines.items()}
    parts = [_doses_in(reading, names, earliest, latest) for reading in readings]
    numbers = sorted({number for part in parts for number in part})
    nothing = DoseRead("", "", "")
    found = {
        number: DoseRead(
            *map(_agreed, zip(*(part.get(number, nothing) for part in parts), strict=True))
        )
        for number in numbers
    }
    return {number: dose for number, dose in found.items() if any(dose)}


def _agreed(values: Iterable[str]) -> str:
    """Return the value of at least two readings, if no other one has as many; else ""."""
    (value, times), (_other, others) = [
        *Counter(filter(None, values)).most_common(2),
        *[("", 0)] * 2,
    ][:2]
    return value if times >= 2 and times > others else ""


def _doses_in(
    reading: Reading, names: Mapping[str, set[str]], earliest: date, latest: date
) -> dict[int, DoseRead]:
    def day(line: str) -> str:
        return _day(line, earliest, latest)

    def vaccine(line: str) -> str:
        return _vaccine(line, names)

    found: dict[int, DoseRead] = {}
    twice = set()
    for number, lines in _blocks(reading):
        if number in found:
            twice.add(number)
        found[number] = _told_once(lines, (vaccine, _lot, day))
    return {number: dose for number, dose in found.items() if number not in twice}


def _blocks(reading: Reading) -> list[tuple[int, list[str]]]:
    """Return the lines about each dose, by its number; a heading without one ends a block."""
    blocks: list[tuple[int, list[str]]] = []
    for line in reading:
        heading = HEADING.search(plain(line))
        if heading is not None:
            blocks.append((int((heading[1] or "0").translate(_AS_DIGITS)), [line]))
        elif blocks:
            blocks[-1][1].append(line)
    return [(number, lines[:MOST_LINES]) for number, lines in blocks if number]


def _told_once(lines: Sequence[str], read: Sequence[Callable[[str], str]]) -> DoseRead:
    """Return the values up to the line that tells one of them again: there another dose begins."""
    told = [""] * len(read)
    for line in lines:
        values = [one(line) for one in read]
        if any(value and before for value, before in zip(values, told, strict=True)):
            break
        told = [before or value for value, before in zip(values, told, strict=True)]
    return DoseRead(*told)


def _day(line: str, earliest: date, latest: date) -> str:
    """Return the only date of a line (ISO 8601); "" for none, several, or an impossible one."""
    text = plain(line)
    days = set()
    for pattern in _DATES:
        for found in pattern.finditer(text):
            day, month, year = (int(part.translate(_AS_DIGITS)) for part in found.groups())
            try:
                days.add(date(year, month, day))
            except ValueError:
                return ""
    if len(days) != 1 or not earliest <= (only := days.pop()) <= latest:
        return ""
    return only.isoformat()


def _lot(line: str) -> str:
    label = _LOT.search(plain(line))
    if label is None:
        return ""
    token, _space, rest = unicodedata.normalize("NFC", line)[label.end() :].partition(" ")
    following = re.search(r"[^\W_]+", rest)
    if following is not None and any(letter.isdigit() for letter in following[0]):
        # A lot that was torn apart, or strokes of a stamp.
        return ""
    lot = re.sub(rf"[{_BEHIND_A_LOT}]+$", "", token)
    # Beside a digit, manufacturers write neither O nor I, because they look like 0 and 1.
    lot = re.sub(r"(?<=\d)O+|O+(?=\d)", lambda run: "0" * len(run[0]), lot)
    lot = re.sub(r"(?<=\d)I+|I+(?=\d)", lambda run: "1" * len(run[0]), lot)
    digits = sum(letter.isdigit() for letter in lot)
    if "1/" in lot:
        # Of Abdala's 1034L/8 the L is read as 1, every time.
        return ""
    return lot if _LOT_SHAPE.fullmatch(lot) and len(lot) in LOT_LENGTHS and digits >= 3 else ""


def _vaccine(line: str, names: Mapping[str, set[str]]) -> str:
    """Return the code of the only vaccine whose name is in the line; "" for none or several."""
    words = re.findall("[a-z0-9]+", _LABELS.sub(" ", plain(line)))
    # Names of two words, and words that a stroke tore apart; no letters of a lot.
    both = (pair[0] + pair[1] for pair in pairwise(words))
    read = {word for word in (*words, *both) if word.isalpha()}
    found = {
        code for code, known in names.items() if any(_alike(a, b) for a in read for b in known)
    }
    return found.pop() if len(found) == 1 else ""


def _alike(read: str, known: str) -> bool:
    if abs(len(read) - len(known)) > max(1, len(known) // 6):
        return False
    pair = SequenceMatcher(None, read.translate(_ROUND), known.translate(_ROUND))
    return pair.ratio() >= LIKENESS


def _words_of(name: str) -> set[str]:
    """Return the words by which a vaccine is known: "verocell" and "sinopharm"."""
    parts = [re.findall("[a-z]+", part) for part in re.split(r"[()]", plain(name))]
    return {word for part in parts for word in (*part, "".join(part)) if len(word) >= 6}


def plain(text: str) -> str:
    """Return the text in small letters without marks; each letter stays at its place."""
    letters = unicodedata.normalize("NFC", text)
    return "".join(
        unicodedata.normalize("NFD", letter)[0].lower()[0].replace("đ", "d") for letter in letters
    )
