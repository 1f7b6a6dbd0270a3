"""What a certificate states of one dose, as the schema of the EU wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certificates.dcc.names import Names

SCHEMA_VERSION = "1.3.3"
COUNTRY, ISSUER = "VN", "Bộ Y tế Việt Nam"
COVID_19 = "840539006"

# Product, holder of the authorization, kind of vaccine: the value sets of the EU of July 2023, as far
# as the vaccines of Viet Nam go. Codes that must not be issued any more are not here: among them
# Inactivated-SARS-CoV-2-Vero-Cell, which is a product of Wuhan; Viet Nam's Vero Cell is BBIBP-CorV.
_MRNA, _VECTOR, _INACTIVATED = "1119349007", "29061000087103", "1157024006"
ANY_VACCINE = "28531000087107"
VALUE_SETS: Mapping[str, tuple[str, frozenset[str]]] = {
    product: (holder, frozenset({kind, ANY_VACCINE}))
    for product, holder, kind in [
        ("EU/1/20/1528", "ORG-100030215", _MRNA),
        ("EU/1/20/1507", "ORG-100031184", _MRNA),
        ("EU/1/21/1529", "ORG-100001699", _VECTOR),
        ("Covishield", "ORG-100001981", _VECTOR),
        ("EU/1/20/1525", "ORG-100001417", _VECTOR),
        ("BBIBP-CorV", "ORG-100020693", _INACTIVATED),
        ("Sputnik-V", "Gamaleya-Research-Institute", _VECTOR),
        ("Hayat-Vax", "ORG-100023050", _INACTIVATED),
        ("Abdala", "CIGB", ANY_VACCINE),
        ("Covaxin", "Bharat-Biotech", _INACTIVATED),
    ]
}


@dataclass(frozen=True)
class Codes:
    """The codes of a vaccine: product (mp), holder of its authorization (ma), its kind (vp)."""

    mp: str
    ma: str
    vp: str

    @property
    def may_be_issued(self) -> bool:
        """Whether the three belong together in the value sets: the schema does not ask."""
        holder, kinds = VALUE_SETS.get(self.mp, ("", frozenset()))
        return bool(holder) and self.ma == holder and self.vp in kinds


def statement(
    *, names: Names, born: str, codes: Codes, dose: tuple[int, int], given_on: date, uvci: str
) -> dict[str, Any]:
    """Return the certificate of one dose as data (DCC schema 1.3.3).

    born: as much of YYYY-MM-DD as is known. dose: its number, and how many make the course. Raises
    ValueError for codes that no value set has together.
    """
    if not codes.may_be_issued:
        raise ValueError(f"{codes} stand together in no value set")
    named = {"fn": names.fn, "fnt": names.fnt, "gn": names.gn, "gnt": names.gnt}
    return {
        "ver": SCHEMA_VERSION,
        "nam": {key: value for key, value in named.items() if value},
        "dob": born,
        "v": [
            {
                "tg": COVID_19,
                "vp": codes.vp,
                "mp": codes.mp,
                "ma": codes.ma,
                "dn": dose[0],
                "sd": dose[1],
                "dt": given_on.isoformat(),
                "co": COUNTRY,
                "is": ISSUER,
                "ci": uvci,
            }
        ],
    }
