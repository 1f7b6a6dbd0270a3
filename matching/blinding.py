"""Numbers and phones as keyed hashes, so that no column of matching holds a readable one.

Each hash has 64 bits, signed, as PostgreSQL and DuckDB keep them in bigint[]. See docs/adr/0038.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from vaxreg.encryption import blind_index, blind_indexes

# The label of the registry's own blind index of ID numbers.
NUMBER = "id_number"
# A number without one of its digits, and the whole number: of two numbers that differ in one digit,
# in two neighbouring digits that changed places, or by a digit left out, two are the same.
NEAR = "matching: id_number without a digit"
# The ten to which a number belongs, counted from 0 and from 5.
TENS = "matching: ten of id_number"
PHONE = "matching: phone"

# Bits of `kinds`: numbers of two kinds say nothing about each other.
CARD, OLD_CARD, PASSPORT = 1, 2, 4
TEN, HALF = 10, 5


@dataclass(frozen=True)
class BlindNumbers:
    """The hashes of the numbers of one record."""

    exact: list[int]
    near: list[int]
    tens: list[int]
    kinds: int


def blind_numbers(numbers: list[str], *, every_key: bool = False) -> BlindNumbers:
    """Hash cleaned ID numbers; with every key where a look-up must find rows of an older one."""
    return BlindNumbers(
        exact=_hashes(NUMBER, numbers, every_key=every_key),
        near=_hashes(
            NEAR, [near for number in numbers for near in _near(number)], every_key=every_key
        ),
        tens=_hashes(
            TENS, [ten for number in numbers for ten in _tens(number)], every_key=every_key
        ),
        kinds=_kinds(numbers),
    )


def blind_phones(phones: list[str], *, every_key: bool = False) -> list[int]:
    """Hash phone numbers in E.164."""
    return _hashes(PHONE, phones, every_key=every_key)


def signed(digits: str) -> int:
    """Return the first 16 hexadecimal digits as a signed number of 64 bits."""
    return int.from_bytes(bytes.fromhex(digits[:16]), "big", signed=True)


def _hashes(label: str, texts: list[str], *, every_key: bool) -> list[int]:
    once = dict.fromkeys(texts)
    if every_key:
        return [signed(digits) for text in once for digits in blind_indexes(label, text)]
    return [signed(blind_index(label, text)) for text in once]


def _near(number: str) -> Iterator[str]:
    yield number
    for place in range(len(number)):
        yield number[:place] + number[place + 1 :]


def _tens(number: str) -> Iterator[str]:
    """Yield both tens of a number, with its letters and its length.

    Twins get numbers in a row. Two numbers at most five apart share one of the two tens, on
    whichever side of a round number they lie; numbers ten apart and more share none.
    """
    digits = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if not digits.isdecimal():
        return
    form = f"{number.removesuffix(digits)}/{len(digits)}"
    yield f"{form}/0/{int(digits) // TEN}"
    yield f"{form}/5/{(int(digits) + HALF) // TEN}"


def _kinds(numbers: list[str]) -> int:
    kinds = 0
    for number in numbers:
        if not number.isdecimal():
            kinds |= PASSPORT
        else:
            kinds |= CARD if len(number) > TEN else OLD_CARD
    return kinds
