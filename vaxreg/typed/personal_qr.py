"""The personal QR code of Decision 1405/QĐ-BTTTT (11/09/2021): its text, written and read.

Six fields between `|`: number, name, date of birth, who declared it, QID, and behind it what stands
between `<`: QID of the declarer, sex, health insurance, phone, signature. By default the first six
characters of the number, and day and month of the birth, are `*`. The QID is given by the national
QR platform: whoever is not that platform leaves it empty. No signature of ours: it proves nothing.
"""

import re
from dataclasses import dataclass

from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.invisible import clean_line

LONGEST = 2000
NEEDED = 4
HIDDEN_DAY = "-**-**"
SEXES = {"male": "1", "female": "2"}
UNKNOWN_SEX = "0"
SELF, FOR_ANOTHER = "0", "1"
_BORN = re.compile(r"\d{4}(-(\d{2}|\*\*)){0,2}")
_SEPARATORS = str.maketrans("", "", "|<")
# Bars that keyboards and copied texts put in place of `|`.
BARS = str.maketrans({"\uff5c": "|", "\u00a6": "|", "\u2223": "|", "\u01c0": "|"})


class NotAPersonalQr(ValueError):
    """The text is not that of a personal QR code."""


@dataclass(frozen=True)
class PersonalQr:
    """What the code says, as it stands there, hidden parts as `*`; "" for what it leaves out.

    full_name: as `plain_name` writes it. born: ISO, as much as is known. sex: "male", "female", "".
    """

    number: str
    full_name: str
    born: str
    is_for_another: bool = False
    qid: str = ""
    declarer: str = ""
    sex: str = ""
    insurance: str = ""
    phone: str = ""
    signature: str = ""

    @property
    def is_masked(self) -> bool:
        """Whether number or date of birth are hidden in part."""
        return "*" in self.number + self.born

    @property
    def birth_date(self) -> BirthDate | None:
        """The date of birth; None when there is no such date, or a part of it is hidden."""
        try:
            return BirthDate.fromisoformat(self.born)
        except ValueError:
            return None


def plain_name(full_name: str) -> str:
    """Return a name in capital letters without marks, its words between single spaces."""
    return search_key(full_name).upper()


def hidden_day(born: BirthDate) -> str:
    """Return a date of birth with day and month hidden, also where they are not known."""
    return f"{born.first.year:04}{HIDDEN_DAY}"


def write(code: PersonalQr) -> str:
    """Return the text of the code. Separators within a value are left out."""
    ext = (code.declarer, SEXES.get(code.sex, UNKNOWN_SEX), code.insurance, code.phone)
    fields = (
        code.number,
        code.full_name,
        code.born,
        FOR_ANOTHER if code.is_for_another else SELF,
        code.qid,
    )
    plain = [value.translate(_SEPARATORS) for value in fields]
    return "|".join(
        [*plain, "<".join(value.translate(_SEPARATORS) for value in (*ext, code.signature))]
    )


def looks_like(text: str) -> bool:
    """Whether the text has a date of birth and a kind of declaration where this code has them."""
    parts = _parts(text)
    return (
        len(parts) >= NEEDED
        and _BORN.fullmatch(parts[2]) is not None
        and parts[3] in (SELF, FOR_ANOTHER)
    )


def read(text: str) -> PersonalQr:
    """Read the text of a code; what stands behind its last field is left out.

    Raises NotAPersonalQr.
    """
    if not looks_like(text):
        raise NotAPersonalQr
    number, name, born, kind, qid, ext = (*_parts(text), "", "")[:6]
    declarer, sex, insurance, phone, signature = (*ext.split("<"), "", "", "", "", "")[:5]
    names = {digit: name for name, digit in SEXES.items()}
    return PersonalQr(
        number=number,
        full_name=name,
        born=born,
        is_for_another=kind == FOR_ANOTHER,
        qid=qid,
        declarer=declarer.strip(),
        sex=names.get(sex.strip(), ""),
        insurance=insurance.strip(),
        phone=phone.strip(),
        signature=signature.strip(),
    )


def _parts(text: str) -> list[str]:
    return [clean_line(part) for part in text[:LONGEST].translate(BARS).split("|")]
