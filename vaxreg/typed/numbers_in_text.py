"""Phone and ID numbers inside a text, however they are spelt."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

# A phone or ID number has at least so many digits.
FEWEST_DIGITS = 9
# And no more than this, without the country in front of it.
MOST_DIGITS = 12
# The digits of the longest lots, such as 2021070123.
LONGEST_LOT = 10
# What people write between the digits of one number: spaces (also those that do not break), dots,
# all hyphens and dashes, parentheses, and what nobody sees. A comma only without a space behind it.
_INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufe0f\u20e3\ufeff"
_BETWEEN = rf"(?:,|[\s.\-\u2010-\u2015\u2212\u00b7\u2022_/\\()\[\]*~{_INVISIBLE}]{{1,6}})"
_RUN = re.compile(rf"(?:[(\[][+\uff0b]?\d{{1,5}}[)\]]|[+\uff0b]?\d)(?:{_BETWEEN}?\d)*")
_GROUP = re.compile(r"\d+")
# UUIDs and hashes, as log lines have them.
_HEX = re.compile(r"\b(?:[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|[0-9a-f]{40,64})\b")
_MARKS_OF_A_DATE = ("/", "-", ".", "\u2013")
_MONEY = re.compile(r"\s*(?:đ|₫|đồng|dong|vnđ|vnd|usd|\$)(?!\w)", re.IGNORECASE)
_LOT_WORD = re.compile(r"\b(?:lô|lo|lot|batch)\s*(?:số|so|no\.?)?\s*[:#]?\s*$", re.IGNORECASE)
# A passport looks like a lot; the word in front of it tells, composed or decomposed.
_PASSPORT = re.compile(
    "((?:h(?:o|ộ|o\u0323\u0302)\\s+chi(?:e|ế|e\u0302\u0301)u|passport)"
    "(?:\\s+(?:số|so\u0302\u0301|so|no\\.?))?\\s*[:#]?\\s*)[A-Z]{1,2}\\s?[0-9]{6,8}\\b",
    re.IGNORECASE,
)
# The letters in front of a lot (B202106023), unless they announce a phone or an ID number.
_LOT_LETTERS = re.compile(r"(?<![^\W_])(?!DT|ID|HC)[A-Z]{1,2}$")


def replace_numbers(text: str, instead: str) -> str:
    """Return the text with each phone and ID number replaced.

    Dates, years, amounts of money, IP addresses, lots and UUIDs stay.
    """
    found, at = "", 0
    for start, end in _personal_numbers(text):
        found += text[at:start] + instead
        at = end
    return _PASSPORT.sub(lambda passport: passport[1] + instead, found + text[at:])


@dataclass(frozen=True)
class _Group:
    """Digits without anything between them, and what stands in front of the next ones."""

    start: int
    end: int
    digits: str
    gap: str

    @property
    def number(self) -> int:
        return int(self.digits)

    @property
    def is_year(self) -> bool:
        return len(self.digits) == 4 and 1900 <= self.number <= 2099


def _personal_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each phone and ID number."""
    others = [found.span() for found in _HEX.finditer(text) if not found[0].isdigit()]
    for run in _RUN.finditer(text):
        before = bisect_right(others, (run.start(), len(text))) - 1
        if before >= 0 and run.start() < others[before][1]:
            continue
        for groups in _without_dates(_groups(text, run.start(), run.end())):
            digits = "".join(group.digits for group in groups)
            if len(digits) < FEWEST_DIGITS or _is_other_number(text, groups, digits):
                continue
            # A plus or a parenthesis at the beginning belongs to the number.
            is_first = groups[0].start - run.start() <= 2
            yield (run.start() if is_first else groups[0].start), groups[-1].end


def _groups(text: str, start: int, end: int) -> list[_Group]:
    found = list(_GROUP.finditer(text, start, end))
    nexts = [one.start() for one in found[1:]] + [end]
    return [
        _Group(one.start(), one.end(), one[0], text[one.end() : following])
        for one, following in zip(found, nexts, strict=True)
    ]


def _without_dates(groups: list[_Group]) -> Iterator[list[_Group]]:
    """Yield the parts of a run between the dates in it."""
    part: list[_Group] = []
    at = 0
    while at < len(groups):
        size = _date_at(groups, at)
        if size:
            yield part
            part, at = [], at + size
        else:
            part.append(groups[at])
            at += 1
    yield part


def _date_at(groups: list[_Group], at: int) -> int:
    """Return of how many groups the date is that begins here, 0 without one.

    The digits around it must not go on with the same sign, or 0912.12.12.2021 would hold a date.
    """
    for size in (3, 2):
        date = groups[at : at + size]
        if len(date) < size or not _is_date(date):
            continue
        sign = date[0].gap
        goes_on = (
            at > 0 and groups[at - 1].gap == sign and not _is_date(groups[max(at - size, 0) : at])
        )
        after = groups[at + size : at + 2 * size]
        if not goes_on and (not after or date[-1].gap != sign or _is_date(after)):
            return size
    return 0


def _is_date(groups: list[_Group]) -> bool:
    """Whether it is 15/9/2021, 2021-09-15 or 15/9."""
    signs = {group.gap for group in groups[:-1]}
    sign = "".join(signs).strip()
    if len(signs) != 1 or sign not in _MARKS_OF_A_DATE:
        return False
    match groups:
        case [day, month, year] if year.is_year:
            pass
        case [year, month, day] if year.is_year:
            pass
        case [day, month] if sign == "/":
            pass
        case _:
            return False
    parts = (len(day.digits), len(month.digits))
    return max(parts) <= 2 and 1 <= day.number <= 31 and 1 <= month.number <= 12


def _is_other_number(text: str, groups: list[_Group], digits: str) -> bool:
    """Whether these many digits are years, an amount, an IP address or a lot."""
    if all(group.is_year for group in groups):
        return True
    signs = {group.gap for group in groups[:-1]}
    lengths = [len(group.digits) for group in groups]
    if signs == {"."} and len(groups) == 2 and lengths[1] > MOST_DIGITS:
        # A fraction as programs write it: "succeeded in 0.009072472006664611 s".
        return True
    if len(signs) == 1 and signs <= {".", ",", " ", "\u00a0"} and digits[0] != "0":
        if len(groups) > 2 and lengths[0] <= 3 and set(lengths[1:]) == {3}:
            is_money = bool(_MONEY.match(text, groups[-1].end))
            is_phone = groups[0].digits == "84" and len(digits) == 11
            if is_money or (groups[-1].digits == "000" and not is_phone):
                return True
        if signs == {"."} and len(groups) == 4 and all(_is_byte(one.digits) for one in groups):
            return True
    is_phone_or_id = re.match(r"0\d{9}(\d{2})?$|84\d{9}$", digits) is not None
    before = unicodedata.normalize("NFC", text[max(groups[0].start - 24, 0) : groups[0].start])
    is_lot = _LOT_WORD.search(before) or _LOT_LETTERS.search(before)
    is_short = len(groups) == 1 and len(digits) <= LONGEST_LOT
    return is_short and is_lot is not None and not is_phone_or_id


def _is_byte(digits: str) -> bool:
    return len(digits) <= 3 and int(digits) <= 255 and str(int(digits)) == digits
