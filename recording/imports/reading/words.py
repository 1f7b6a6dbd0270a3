"""Words of files for vaccines, dose numbers and sexes, as sites write them."""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from citizens.models import Sex
from doses.facts import Position
from doses.models import Vaccine
from vaxreg.search import search_key

SEXES = {
    **dict.fromkeys(("nam", "male", "m", "trai", "1"), Sex.MALE.value),
    **dict.fromkeys(("nu", "female", "f", "gai", "0", "2"), Sex.FEMALE.value),
}
# Names besides those on record, by the code of the vaccine; keys of search.
OTHER_NAMES = {
    "AZ": ("astrazeneca", "astra zeneca", "astra", "vaxzevria", "azd1222"),
    "CS": ("covishield",),
    "SV": ("sputnik", "sputnik v", "gam covid vac"),
    "VC": ("vero cell", "verocell", "vero", "sinopharm", "bbibp", "bbibp corv"),
    "PF": ("pfizer", "comirnaty", "pfizer biontech", "biontech"),
    "MD": ("moderna", "spikevax", "mrna 1273"),
    "JS": ("janssen", "jcovden", "johnson johnson", "johnson", "j j"),
    "HV": ("hayat vax", "hayat", "hayatvax"),
    "AB": ("abdala", "abdala al"),
    "CV": ("covaxin",),
}
_PRIMARY = re.compile(
    r"(?:(?:mui|lieu|lan|dose|primary|tiem) )?(?:dose |co ban )?(?:so |thu |lan )?0?([123])"
)
_BOOSTER = re.compile(
    r"(?:mui |lieu )?(?:tiem )?(?:nhac lai|nhac|nl|booster(?: dose)?)(?: lan| so)? ?([123])?"
)
_ADDITIONAL = re.compile(r"(?:mui |lieu )?(?:tiem )?(?:bo sung|bs|additional(?: dose)?)(?: 1)?")


def vaccines() -> dict[str, int]:
    """Return {key of a name: id} of all vaccines, by code, name, and other names."""
    found: dict[str, int] = {}
    for vaccine in Vaccine.objects.all():
        names = [vaccine.code, vaccine.name, *vaccine.name.replace("(", "|").split("|")]
        for name in (*names, *OTHER_NAMES.get(vaccine.code, ())):
            found.setdefault(search_key(name), vaccine.pk)
    return found


def first_days() -> dict[int, date]:
    """Return {vaccine: day of the first dose of its group in Viet Nam}, where it is known."""
    known = Vaccine.objects.filter(group__first_given_on__isnull=False)
    return {pk: day for pk, day in known.values_list("pk", "group__first_given_on") if day}


def vaccine_of(text: str, known: Mapping[str, int]) -> int | None:
    """Return the vaccine that a text names, also among other words; None if none or several do."""
    key = search_key(text)
    if key in known:
        return known[key]
    padded = f" {key} "
    named = {pk for name, pk in known.items() if len(name) > 3 and f" {name} " in padded}
    return named.pop() if len(named) == 1 else None


@lru_cache(maxsize=4096)
def sex_of(text: str) -> str | None:
    """Return the sex that a word names, UNKNOWN for no word, None for a word that is none."""
    return SEXES.get(search_key(text)) if text.strip() else Sex.UNKNOWN.value


@lru_cache(maxsize=4096)
def position_of(text: str) -> str | None:
    """Return a Position for "1", "Mũi 2", "nhắc lại", "bổ sung"; None for anything else.

    A bare 4 is none: it may be the additional dose or a booster (Decision 43/QĐ-BYT of 2022).
    """
    key = search_key(text.removesuffix(".0"))
    if found := _PRIMARY.fullmatch(key):
        return str(Position(f"primary-{found[1]}"))
    if found := _BOOSTER.fullmatch(key):
        return str(Position(f"booster-{found[1] or 1}"))
    return str(Position.ADDITIONAL_1) if _ADDITIONAL.fullmatch(key) else None
