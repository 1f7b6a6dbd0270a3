"""The model: chances of each level, thresholds, frequencies of words; a file of matching/trained.

The weight of a level is log2(m / u). m: its chance for two records of one person; u: for two
people. The weight of a pair is the sum, after the weight of the prior (Fellegi and Sunter, 1969).
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from matching.levels import COMPARISONS, PLACE, RARITIES, RARITIES_OF_BARE

FILES = Path(__file__).parent / "trained"
# Words that are not in the lists of a file are this much rarer than the rarest one in them.
UNSEEN_BITS = 1.0
MOST_WORDS = 1500
WORDS_A_LINE = 12
ROLES = ("family", "middle", "given")
# A given name of at least one in 2^13 people is a name; rarer words may be slips.
KNOWN_BITS = 13.0
# A registry with fewer people is counted as one of so many: it holds a part of a country.
LEAST_PEOPLE = 100_000


class WrongModel(Exception):
    """The file does not fit this release."""


@dataclass(frozen=True)
class Chances:
    """m and u of one level."""

    m: float
    u: float

    @property
    def weight(self) -> float:
        """The evidence in bits: above 0 for one person, below 0 for two."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Calibration:
    """Chances that depend on the registry: counted anew at each run.

    place: u of each level of the comparison of places.
    """

    people: int
    place: dict[str, float]


@dataclass(frozen=True, eq=False)
class Model:
    """A file of matching/trained, and what was counted in this registry."""

    version: str
    digest: str
    content: dict[str, Any]
    calibration: Calibration

    @property
    def prior(self) -> float:
        """Log2 of the odds that two records chosen at random are one person's."""
        return math.log2(self.chance / (1 - self.chance))

    @property
    def chance(self) -> float:
        """The same as a probability."""
        return 2 * float(self.content["duplicates"]) / self.people

    @property
    def people(self) -> int:
        """People of the registry, as the chances count them."""
        return max(self.calibration.people, LEAST_PEOPLE)

    def threshold(self, use: str) -> float:
        """The least weight of a pair: "pair" to be stored, "online" to be shown while one types."""
        return float(self.content["thresholds"][use])

    def chances(self, field: str, level: str) -> Chances:
        """Return m and u in this registry."""
        one = self.content["comparisons"][field][level]
        u = float(one["u"])
        if field == PLACE.field:
            u = self.calibration.place.get(level, u)
        # Borrowed and mistyped numbers stay in the family: the more people, the rarer by chance.
        u += float(one.get("u_per_person", 0)) / self.people
        return Chances(float(one["m"]), u)

    def bits_of_name(self, plain: str) -> float:
        """How rare a name is: log2 of one in so many people who have it, by its words."""
        words = plain.split()
        if not words:
            return 0.0
        parts = {"family": words[0], "middle": " ".join(words[1:-1]), "given": words[-1]}
        return sum(self._bits(role, word) for role, word in parts.items())

    def known_names(self) -> list[str]:
        """Return the given names that are no slip of the keyboard."""
        given: dict[str, float] = self.content["words"]["given"]
        return [word for word, bits in given.items() if bits <= KNOWN_BITS]

    def _bits(self, role: str, word: str) -> float:
        known = self.content["words"][role]
        return float(known.get(word, self.content["words"]["unseen"][role]))

    def calibrated(self, calibration: Calibration) -> "Model":
        """Return the same model for another registry."""
        return Model(self.version, self.digest, self.content, calibration)


@lru_cache(maxsize=4)
def newest() -> Model:
    """Read the newest file. Raises WrongModel."""
    return read(max(FILES.glob("v*.json"), key=lambda path: int(path.stem[1:])))


def read(path: Path) -> Model:
    """Read a file. Raises WrongModel when its levels are not those of this release."""
    return from_content(json.loads(path.read_text(encoding="utf-8")))


def from_content(content: dict[str, Any]) -> Model:
    """Return the model of a file's content. Raises WrongModel."""
    for comparison in COMPARISONS:
        has = set(content["comparisons"].get(comparison.field, {}))
        if has != set(comparison.level_names()):
            raise WrongModel(f"{comparison.field}: {sorted(has ^ set(comparison.level_names()))}")
    return Model(
        version=content["version"],
        digest=digest_of(content),
        content=content,
        calibration=Calibration(**content["calibration"]),
    )


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of a file's content, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def written(content: dict[str, Any]) -> str:
    """Return a file's content as text: sorted, one entry a line, but many words."""
    words = content["words"]
    text = json.dumps({**content, "words": "words"}, indent=1, sort_keys=True, ensure_ascii=False)
    roles = ",\n".join(f'  "{role}": {{{_lines(words[role])}}}' for role in sorted(words))
    return text.replace('"words": "words"', f'"words": {{\n{roles}\n }}') + "\n"


def _lines(words: dict[str, float]) -> str:
    entries = [
        f"{json.dumps(word, ensure_ascii=False)}: {bits}" for word, bits in sorted(words.items())
    ]
    lines = [entries[n : n + WORDS_A_LINE] for n in range(0, len(entries), WORDS_A_LINE)]
    return ",\n   ".join(", ".join(line) for line in lines)


def calibration_as_json(calibration: Calibration) -> dict[str, Any]:
    return asdict(calibration)


def words_of(names: Iterable[tuple[str, int]]) -> dict[str, dict[str, float]]:
    """Count the words of plain names; return the bits of each, by its place in the name.

    names: plain name and number of people.
    """
    counted: dict[str, Counter[str]] = {role: Counter() for role in ROLES}
    for plain, people in names:
        words = plain.split()
        if words:
            counted["family"][words[0]] += people
            counted["middle"][" ".join(words[1:-1])] += people
            counted["given"][words[-1]] += people
    bits: dict[str, dict[str, float]] = {"unseen": {}}
    for role, counts in counted.items():
        total = max(counts.total(), 1)
        common = counts.most_common(MOST_WORDS)
        bits[role] = {word: round(math.log2(total / number), 2) for word, number in common}
        bits["unseen"][role] = round(max(bits[role].values(), default=10.0) + UNSEEN_BITS, 2)
    return bits


def chances_of_names(
    model_words: "Model", names: Iterable[tuple[str, int]], *, bare: float, other_marks: float
) -> dict[str, float]:
    """Return u of the levels of equal names, from how rare the names of this registry are.

    A name of b bits is also somebody else's with a chance of 2^-b. bare: share of names without
    marks; other_marks: share of pairs with one plain name whose marks differ.
    """
    of_class: dict[int, float] = dict.fromkeys(RARITIES, 0.0)
    of_bare: dict[int, float] = dict.fromkeys(RARITIES_OF_BARE, 0.0)
    total = 0
    for plain, people in names:
        bits = model_words.bits_of_name(plain)
        chance = people * 2.0**-bits
        of_class[next(least for least in RARITIES if bits >= least)] += chance
        of_bare[next(least for least in RARITIES_OF_BARE if bits >= least)] += chance
        total += people
    some_bare = 1 - (1 - bare) ** 2
    found = {
        f"equal_{least}": chance / total * (1 - some_bare) * (1 - other_marks)
        for least, chance in of_class.items()
    }
    found |= {f"bare_{least}": chance / total * some_bare for least, chance in of_bare.items()}
    found["marks"] = sum(of_class.values()) / total * (1 - some_bare) * other_marks
    return {level: max(u, 1e-12) for level, u in found.items()}
