"""Evidence for people who decide: in words, what speaks for one person and what against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# By field and level; the classes of rarity of a name are said by RARE and COMMON.
WORDS: dict[tuple[str, str], Promise] = {
    ("name", "equal"): gettext_lazy("same name"),
    ("name", "bare"): gettext_lazy("same name, written without marks"),
    ("name", "marks"): gettext_lazy("other marks in the name"),
    ("name", "order"): gettext_lazy("same name with its parts in another order"),
    ("name", "letter"): gettext_lazy("name with one letter off"),
    ("name", "letters"): gettext_lazy("name with two letters off"),
    ("name", "shortened"): gettext_lazy("same name without a middle name"),
    ("name", "namesake"): gettext_lazy("another name that is much alike, as twins have"),
    ("name", "middle"): gettext_lazy("another middle name"),
    ("name", "given"): gettext_lazy("same given name only"),
    ("name", "family"): gettext_lazy("same family name only"),
    ("name", "differs"): gettext_lazy("another name"),
    ("born", "equal"): gettext_lazy("same day of birth"),
    ("born", "month"): gettext_lazy("same month of birth, the day is not known"),
    ("born", "year"): gettext_lazy("same year of birth, the day is not known"),
    ("born", "swapped"): gettext_lazy("day and month of birth swapped"),
    ("born", "digit"): gettext_lazy("date of birth with one digit off"),
    ("born", "two_parts"): gettext_lazy("date of birth that agrees in part"),
    ("born", "differs"): gettext_lazy("another date of birth"),
    ("sex", "equal"): gettext_lazy("same sex"),
    ("sex", "differs"): gettext_lazy("another sex"),
    ("number", "equal"): gettext_lazy("same ID number"),
    ("number", "neighbours"): gettext_lazy("ID numbers in a row, as twins have"),
    ("number", "near"): gettext_lazy("ID number with one digit off"),
    ("number", "differs"): gettext_lazy("another ID number"),
    ("place", "phone_commune"): gettext_lazy("same phone and commune"),
    ("place", "phone"): gettext_lazy("same phone"),
    ("place", "commune"): gettext_lazy("same commune"),
    ("place", "site"): gettext_lazy("vaccinated at the same site"),
    ("place", "district"): gettext_lazy("same district"),
    ("place", "differs"): gettext_lazy("another phone and district"),
}
RARE = gettext_lazy("same name, a rare one")
COMMON = gettext_lazy("same name, a common one")
RARE_BITS, COMMON_BITS = 18, 12
# Weaker than this it is no evidence worth a word; sexes agree in half of all pairs.
WORTH = 1.5


@dataclass(frozen=True)
class Evidence:
    """What speaks for one person, and what against; each list with the strongest first."""

    speaks_for: list[str]
    speaks_against: list[str]

    def __str__(self) -> str:
        parts = []
        if self.speaks_for:
            parts.append(_("for: %(reasons)s") % {"reasons": ", ".join(self.speaks_for)})
        if self.speaks_against:
            parts.append(_("against: %(reasons)s") % {"reasons": ", ".join(self.speaks_against)})
        return "; ".join(parts)


def evidence(levels: Mapping[str, Sequence[str | float]]) -> Evidence:
    """Return in the reader's language what the levels of a pair say.

    levels: `Likely.evidence` or `MatchPair.evidence`. Other marks in a name are said to be against,
    whatever their weight: chance makes them rare, but twins differ so.
    """
    said = [
        (float(weight), field, str(level))
        for field, (level, weight) in levels.items()
        if level != "unknown"
    ]
    said.sort(key=lambda one: -abs(one[0]))
    against = [one for one in said if one[0] <= -WORTH or one[1:] == ("name", "marks")]
    return Evidence(
        [word(*one[1:]) for one in said if one[0] >= WORTH and one not in against],
        [word(*one[1:]) for one in against],
    )


def word(field: str, level: str) -> str:
    """Return one level in words, in the reader's language."""
    kind, _line, bits = level.rpartition("_")
    if field == "name" and bits.isdecimal():
        if kind == "equal" and int(bits) >= RARE_BITS:
            return str(RARE)
        if kind == "equal" and int(bits) < COMMON_BITS:
            return str(COMMON)
        return str(WORDS[field, kind])
    return str(WORDS[field, level])
