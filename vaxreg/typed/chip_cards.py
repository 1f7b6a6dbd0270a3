"""The QR code of the identity card with a chip: its text, read into facts.

Seven fields between `|`, in UTF-8: number, old number, name, date of birth (ddmmyyyy), sex, address,
day of issue. Cards since July 2024 (Căn cước) may hold more behind them. No signature: whoever types
such a text has it as well as whoever scans it, so it proves nothing by itself.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vaxreg.search import search_key
from vaxreg.typed import personal_qr
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.invisible import clean_line
from vaxreg.typed.names import clean_name
from vaxreg.typed.personal_qr import BARS

LONGEST = 2000
FIELDS: tuple[Promise, ...] = (
    gettext_lazy("number"),
    gettext_lazy("old number"),
    gettext_lazy("full name"),
    gettext_lazy("date of birth"),
    gettext_lazy("sex"),
    gettext_lazy("address"),
    gettext_lazy("day of issue"),
)
# Without the first four it is no use to anybody.
NEEDED = 4
SEXES = {"nam": "male", "nu": "female"}
_NUMBER, _OLD_NUMBER = re.compile(r"\d{12}"), re.compile(r"\d{9}")
# Decision 1405/QĐ-BTTTT: the first six characters of the number are hidden.
_MASKED = re.compile(r"\*{2,}[0-9A-Z]*")
_INSURANCE = re.compile(r"([A-Z]{2}[1-5]\d{12}|\d{10})")


class NotAChipCard(ValueError):
    """The text is not that of a chip card; the message says, for the reader, what it seems to be."""


@dataclass(frozen=True)
class ChipCard:
    """What the code of a card says; "" or None for what it lacks.

    sex: "male", "female" or "". remarks: what was missing, more than expected, or unreadable, in the
    reader's language.
    """

    number: str
    old_number: str
    full_name: str
    born: BirthDate | None
    sex: str
    address: str = ""
    issued_on: date | None = None
    remarks: list[str] = field(default_factory=list)


def read(text: str) -> ChipCard:
    """Read the text of a code. Raises NotAChipCard."""
    parts = [clean_line(part) for part in text[:LONGEST].translate(BARS).split("|")]
    # Some scanners end the text with a bar.
    while len(parts) > len(FIELDS) and not parts[-1]:
        parts.pop()
    _refuse_others(text, parts)
    remarks: list[str] = []
    number, old, name, born, sex, address, issued = (*parts, *[""] * len(FIELDS))[: len(FIELDS)]
    if len(parts) < len(FIELDS):
        missing = ", ".join(str(label) for label in FIELDS[len(parts) :])
        remarks.append(_("The code ends early. Missing: %(fields)s.") % {"fields": missing})
    extra = len(parts) - len(FIELDS)
    if extra > 0:
        remarks.append(
            ngettext(
                "The code holds %(count)s more field, which is not used.",
                "The code holds %(count)s more fields, which are not used.",
                extra,
            )
            % {"count": extra}
        )
    card = ChipCard(
        number=number,
        old_number=old if _OLD_NUMBER.fullmatch(old) else "",
        full_name=_name(name),
        born=_born(born),
        sex=SEXES.get(search_key(sex), ""),
        address=unicodedata.normalize("NFC", address),
        issued_on=_day(issued),
        remarks=remarks,
    )
    unread = [
        (old, card.old_number, FIELDS[1]),
        (born, card.born, FIELDS[3]),
        (sex, card.sex, FIELDS[4]),
        (issued, card.issued_on, FIELDS[6]),
    ]
    for typed, understood, label in unread:
        if typed and not understood:
            remarks.append(
                _("The %(field)s on the code cannot be read. Type it if it is asked for.")
                % {"field": label}
            )
    return card


def _refuse_others(text: str, parts: list[str]) -> None:
    """Raise NotAChipCard for an empty text, another card's, or one too short to be used."""
    first = parts[0]
    if not text.strip():
        raise NotAChipCard(_("Type, paste or photograph the QR code of the card."))
    if _MASKED.fullmatch(first):
        raise NotAChipCard(
            _(
                "This is the personal QR code, which hides the number. Use the code on the card"
                " itself."
            )
        )
    # In full it begins with 12 digits as well; its name has no marks, and nobody has seen a card.
    if personal_qr.looks_like(text):
        raise NotAChipCard(
            _(
                "This is the personal QR code, which anybody can write. Use the code on the card itself."
            )
        )
    if len(parts) > 1 and _INSURANCE.fullmatch(first):
        raise NotAChipCard(_("This is the code of a health insurance card. Use the identity card."))
    if first.lower().startswith(("http:", "https:")):
        raise NotAChipCard(_("This code leads to a web page. Use the code on the identity card."))
    if not _NUMBER.fullmatch(first):
        raise NotAChipCard(
            _("This is not the code of an identity card with a chip: it begins with 12 digits.")
        )
    if len(parts) < NEEDED or not parts[2]:
        raise NotAChipCard(
            _("The code is not whole: number, name and date of birth are needed. Scan it again.")
        )


def _name(text: str) -> str:
    """Return the name as people write it: older cards have capital letters only."""
    name = clean_name(text)
    return name.title() if name.isupper() else name


def _born(text: str) -> BirthDate | None:
    """Read ddmmyyyy, with 00 for a day or month that is not known, or the year alone."""
    if re.fullmatch(r"\d{4}", text):
        text = f"0000{text}"
    found = re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text)
    if found is None:
        return None
    known = [part for part in reversed(found.groups()) if int(part)]
    try:
        born = BirthDate.fromisoformat("-".join(known))
    except ValueError:
        return None
    return born if int(found[2]) or not int(found[1]) else None


def _day(text: str) -> date | None:
    born = _born(text)
    return born.first if born is not None and born.precision == "day" else None
