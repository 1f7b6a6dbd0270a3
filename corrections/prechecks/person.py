"""Warnings about proposed facts of the person: name, date of birth, ID number."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from citizens.models import Citizen, Sex
from corrections.prechecks.rules import RULES, Code, ProposalWarning
from doses.models import Dose
from doses.plausibility.warnings import Values
from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate


def warnings_about_person(proposed: Mapping[str, str], citizen: Citizen) -> list[ProposalWarning]:
    """Return the warnings about the proposed facts of a person."""
    found = []
    name = " ".join(proposed.get("full_name", "").split())
    if name:
        found += _of_the_name(name, citizen)
    born = _born(proposed.get("date_of_birth", ""))
    if born:
        found += _of_the_birth(born, citizen)
    if proposed.keys() & {"id_number", "date_of_birth", "sex"}:
        recorded = {
            "id_number": citizen.id_number or "",
            "date_of_birth": citizen.born.isoformat(),
            "sex": citizen.sex,
        }
        # Attached to the proposed field: the number on record may be the correct one.
        found += [
            replace(warning, field=next(name for name in judged if name in proposed))
            for warning in _of_the_number({**recorded, **proposed})
            if proposed.keys() & set(judged := RULES[warning.code].judges)
        ]
    return found


def _of_the_number(facts: Mapping[str, str]) -> list[ProposalWarning]:
    """Compare a 12-digit ID number with sex and year of birth.

    The fourth digit is century and sex, the next two are the year of birth (Circular
    59/2021/TT-BCA, article 4). The province is not compared: a number keeps the place of its
    registration.
    """
    number = facts["id_number"]
    if len(number) != 12 or not number.isdigit():
        return []
    found = []
    is_female = int(number[3]) % 2 == 1
    if is_female and facts["sex"] == Sex.MALE:
        found.append(ProposalWarning(Code.ID_SAYS_FEMALE, "id_number"))
    if not is_female and facts["sex"] == Sex.FEMALE:
        found.append(ProposalWarning(Code.ID_SAYS_MALE, "id_number"))
    year = 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])
    born = _born(facts["date_of_birth"])
    if born and born.year != year:
        found.append(ProposalWarning(Code.ID_SAYS_YEAR, "id_number", {"year": str(year)}))
    return found


def _of_the_name(name: str, citizen: Citizen) -> list[ProposalWarning]:
    values: Values = {"name": name, "recorded": citizen.full_name}
    if len(name.split()) < 2 <= len(citizen.full_name.split()):
        return [ProposalWarning(Code.NAME_INCOMPLETE, "full_name", values)]
    found = []
    key = search_key(name)
    if _is_plain(name) and (not _is_plain(citizen.full_name) or len(key.split()) > 2):
        found.append(ProposalWarning(Code.NAME_WITHOUT_DIACRITICS, "full_name", values))
    if not _alike(key, search_key(citizen.full_name)):
        found.append(ProposalWarning(Code.NAME_UNLIKE, "full_name", values))
    return found


def _is_plain(name: str) -> bool:
    """Tell whether a name has no diacritics: few Vietnamese names of three words are like that."""
    return "".join(filter(str.isalpha, name)).isascii()


def _alike(one: str, other: str) -> bool:
    """Tell whether two words of two names match: equal, or with one typing error.

    Typing errors are looked for in pairs of words, from the given name (the last word) backwards.
    """
    words, recorded = one.split(), other.split()
    same = (Counter(words) & Counter(recorded)).total()
    pairs = zip(reversed(words), reversed(recorded), strict=False)
    slips = sum(a != b and _is_one_slip(a, b) for a, b in pairs)
    return same + slips >= min(2, len(recorded))


def _is_one_slip(one: str, other: str) -> bool:
    """Tell whether one letter was added, dropped or changed, in words of three letters or more."""
    if min(len(one), len(other)) < 3:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    after, rest = one[at + 1 :], other[at + 1 :]
    return after == rest or after == other[at:] or one[at:] == rest


def _of_the_birth(born: BirthDate, citizen: Citizen) -> list[ProposalWarning]:
    first = Dose.objects.completed().of(citizen).order_by("given_on").first()
    if first is not None and born.first > first.given_on:
        after: Values = {"day_first": first.given_on.isoformat()}
        return [ProposalWarning(Code.BORN_AFTER_FIRST_DOSE, "date_of_birth", after)]
    recorded = citizen.born
    # Year, month, day, as far as both are known.
    parts = list(zip(born.isoformat().split("-"), recorded.isoformat().split("-"), strict=False))
    # Day and month exchanged is the most frequent error of all.
    exchanged = len(parts) == 3 and parts[1] == parts[2][::-1]
    if all(one != other for one, other in parts) and not exchanged:
        unlike: Values = {"day_recorded": recorded.isoformat()}
        return [ProposalWarning(Code.BIRTH_DATE_UNLIKE, "date_of_birth", unlike)]
    return []


def _born(value: str) -> BirthDate | None:
    try:
        return BirthDate.fromisoformat(value)
    except ValueError:
        return None
