"""Names as a certificate has them: as written, and in the letters of a passport's machine-read lines.

ICAO Doc 9303, part 3: capitals A to Z; "<" between words. Accents go, some letters become two
(section 6, table A), marks within a word go (section 4.6).
"""

import unicodedata
from dataclasses import dataclass

from vaxreg.search import APOSTROPHES

# Longest texts of the schema.
MOST = 80

# Letters whose transliteration is not the letter without its marks.
_TABLE = str.maketrans(
    {
        "Đ": "D",
        "Ð": "D",
        "Æ": "AE",
        "Ä": "AE",
        "Å": "AA",
        "Œ": "OE",
        "Ö": "OE",
        "Ø": "OE",
        "Þ": "TH",
        "ẞ": "SS",
        "ß": "SS",
        "Ü": "UE",
        "Ł": "L",
        "Ħ": "H",
        "Ŧ": "T",
        "Ŋ": "N",
        "Ĳ": "IJ",
        # Russian.
        **dict(zip("АБВГДЕЗИЙКЛМНОПРСТУФЫЭ", "ABVGDEZIIKLMNOPRSTUFYE", strict=True)),
        "Ё": "E",
        "Ж": "ZH",
        "\u0425": "KH",
        "Ц": "TS",
        "Ч": "CH",
        "Ш": "SH",
        "Щ": "SHCH",
        "Ъ": "IE",
        "\u042c": "",
        "Ю": "IU",
        "Я": "IA",
    }
)


@dataclass(frozen=True)
class Names:
    """fn, gn: family and given names as written; fnt, gnt: transliterated. gn, gnt may be ""."""

    fn: str
    fnt: str
    gn: str = ""
    gnt: str = ""


def names_of(full_name: str, *, family_first: bool) -> Names | None:
    """Return the names of a certificate; None if no letter of it can be transliterated.

    family_first: the first word is the family name, as in Viet Nam. Else nobody knows which part is
    which, and all of it is given as family name.
    """
    words = full_name.split()
    family, given = ([words[0]], words[1:]) if family_first and len(words) > 1 else (words, [])
    fn, gn = " ".join(family), " ".join(given)
    fnt, gnt = transliterated(fn), transliterated(gn)
    if not fnt:
        return Names(fn[:MOST], gnt) if gnt else None
    return Names(fn[:MOST], fnt, gn[:MOST], gnt)


def transliterated(name: str) -> str:
    """Return a name in A to Z and "<", 80 signs at most; letters of unknown scripts are left out."""
    composed = unicodedata.normalize("NFC", name).upper().translate(_TABLE)
    plain = unicodedata.normalize("NFD", composed)
    kept = []
    for sign in plain:
        if "A" <= sign <= "Z":
            kept.append(sign)
        elif sign in "-\u2010\u2011" or sign.isspace() or sign in ",/":
            kept.append(" ")
        elif sign in APOSTROPHES or unicodedata.category(sign).startswith("M"):
            continue
    return "<".join("".join(kept).split())[:MOST].rstrip("<")
