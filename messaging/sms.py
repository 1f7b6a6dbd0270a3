"""Length of an SMS (160 characters of GSM-7 or 70 of UCS-2), and Vietnamese text in GSM-7.

Alphabet and lengths: 3GPP TS 23.038 section 6.2.1 and TS 23.040 section 9.2.3.24.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Sent as an escape and a character: each counts as two, which are never split.
GSM_7_ESCAPED = frozenset("\f^{}\\[~]|€")
# (characters in a single message, characters in each part of a longer one)
GSM_7_ROOM = (160, 153)
UCS_2_ROOM = (70, 67)
# Characters that Unicode decomposition does not turn into GSM-7, and their replacements.
PLAIN = str.maketrans("đĐ–—·•“”„«»‘’×\u00a0\u202f", 'dD----"""""\'\'x  ') | str.maketrans(
    {"…": "...", "→": "->", "\u200b": ""}
)


class Encoding(StrEnum):
    """The alphabet of an SMS."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True)
class SmsSize:
    """The size of a text as SMS: characters as the network counts them, and paid segments."""

    encoding: Encoding
    letters: int
    segments: int


def segments(text: str) -> SmsSize:
    """Count the text as the network does: one character outside GSM-7 makes all of it UCS-2."""
    if all(letter in GSM_7 or letter in GSM_7_ESCAPED for letter in text):
        widths = [2 if letter in GSM_7_ESCAPED else 1 for letter in text]
        return SmsSize(Encoding.GSM_7, sum(widths), _parts(widths, GSM_7_ROOM))
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return SmsSize(Encoding.UCS_2, sum(widths), _parts(widths, UCS_2_ROOM))


def plain(text: str) -> str:
    """Return the text without diacritics; characters are replaced by GSM-7 ones where possible."""
    letters = []
    for letter in unicodedata.normalize("NFC", text).translate(PLAIN):
        if letter in GSM_7 and letter.isascii():
            letters.append(letter)
            continue
        base = unicodedata.normalize("NFD", letter)
        bare = "".join(one for one in base if not unicodedata.combining(one))
        letters.append(bare.translate(PLAIN))
    return "".join(letters)


def as_sent(text: str) -> str:
    """Return the text as it will be sent: see SMS_WITH_DIACRITICS."""
    return text if settings.SMS_WITH_DIACRITICS else plain(text)


def fits(text: str) -> bool:
    """Whether the text, as it will be sent, fits into one SMS."""
    return segments(as_sent(text)).segments <= 1


def _parts(widths: list[int], room: tuple[int, int]) -> int:
    """Count the segments; a character of width two is never split."""
    alone, shared = room
    if sum(widths) <= alone:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > shared:
            parts, used = parts + 1, 0
        used += width
    return parts
