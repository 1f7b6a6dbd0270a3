"""The comparisons of the model: for each field its levels, from the strongest agreement down.

Each condition is SQL that PostgreSQL and DuckDB understand alike, over the columns of `Features` of
both records with the endings _l and _r, `name_bits_l` and `given_is_known`. The first condition that holds is the
level. The chances of each level stand in the file of the model (`matching.model`).
"""

from dataclasses import dataclass

# Bits of surprise of a whole name ("how rare is it?") at which a class begins, the rarest first.
RARITIES = (24, 21, 18, 15, 12, 0)
RARITIES_OF_BARE = (18, 14, 0)


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison. unknown: one side is silent, which is no evidence."""

    name: str
    condition: str
    unknown: bool = False


@dataclass(frozen=True)
class Comparison:
    """The levels of one field, the first that holds counts."""

    field: str
    levels: tuple[Level, ...]

    def level_names(self) -> list[str]:
        """Names of the levels that have chances."""
        return [level.name for level in self.levels if not level.unknown]


ELSE = Level("differs", "TRUE")
BOTH_WHOLE = "birth_precision_l = 'day' AND birth_precision_r = 'day'"
TWO_NAMES = "given_l <> given_r AND given_is_known_l AND given_is_known_r"


def _digits_that_differ() -> str:
    return " + ".join(
        f"CASE WHEN substr(born_digits_l, {place}, 1) <> substr(born_digits_r, {place}, 1)"
        " THEN 1 ELSE 0 END"
        for place in range(1, 9)
    )


def _part(side: str, first: int, length: int) -> str:
    return f"substr(born_digits_{side}, {first}, {length})"


def _same(first: int, length: int) -> str:
    return f"{_part('l', first, length)} = {_part('r', first, length)}"


def _words(side: str) -> str:
    return f"(length(name_plain_{side}) - length(replace(name_plain_{side}, ' ', '')))"


NAME = Comparison(
    "name",
    (
        Level("unknown", "name_plain_l = '' OR name_plain_r = ''", unknown=True),
        *(
            Level(
                f"equal_{bits}",
                "name_marked_l = name_marked_r AND NOT is_bare_l AND NOT is_bare_r"
                f" AND name_bits_l >= {bits}",
            )
            for bits in RARITIES
        ),
        *(
            Level(
                f"bare_{bits}",
                "name_plain_l = name_plain_r AND (is_bare_l OR is_bare_r)"
                f" AND name_bits_l >= {bits}",
            )
            for bits in RARITIES_OF_BARE
        ),
        Level("marks", "name_plain_l = name_plain_r"),
        Level("order", "name_sorted_l = name_sorted_r"),
        # Twins are Hùng and Dũng: two names, where a slip would make a word that is no name.
        Level("namesake", f"{TWO_NAMES} AND levenshtein(name_plain_l, name_plain_r) <= 2"),
        Level("letter", "levenshtein(name_plain_l, name_plain_r) <= 1"),
        Level(
            "shortened",
            f"family_l = family_r AND given_l = given_r AND {_words('l')} <> {_words('r')}",
        ),
        Level("letters", "levenshtein(name_plain_l, name_plain_r) <= 2"),
        Level("middle", "family_l = family_r AND given_l = given_r"),
        Level("given", "given_l = given_r"),
        Level("family", "family_l = family_r"),
        ELSE,
    ),
)
DATE = Comparison(
    "born",
    (
        Level("unknown", "born_digits_l = '' OR born_digits_r = ''", unknown=True),
        Level("equal", f"{BOTH_WHOLE} AND born_digits_l = born_digits_r"),
        Level(
            "month",
            "birth_precision_l <> 'year' AND birth_precision_r <> 'year'"
            f" AND (birth_precision_l = 'month' OR birth_precision_r = 'month') AND {_same(1, 6)}",
        ),
        # A year alone was often recorded as 1 January.
        Level(
            "year",
            "(birth_precision_l = 'year' OR birth_precision_r = 'year'"
            f" OR {_part('l', 5, 4)} = '0101' OR {_part('r', 5, 4)} = '0101') AND {_same(1, 4)}",
        ),
        Level(
            "swapped",
            f"{BOTH_WHOLE} AND {_same(1, 4)} AND {_part('l', 5, 2)} = {_part('r', 7, 2)}"
            f" AND {_part('l', 7, 2)} = {_part('r', 5, 2)}",
        ),
        Level("digit", f"{BOTH_WHOLE} AND ({_digits_that_differ()}) = 1"),
        Level(
            "two_parts",
            f"{BOTH_WHOLE} AND (({_same(1, 4)} AND ({_same(5, 2)} OR {_same(7, 2)}))"
            f" OR {_same(5, 4)})",
        ),
        ELSE,
    ),
)
SEX = Comparison(
    "sex",
    (
        Level("unknown", "sex_l = 'unknown' OR sex_r = 'unknown'", unknown=True),
        Level("equal", "sex_l = sex_r"),
        ELSE,
    ),
)
NUMBER = Comparison(
    "number",
    (
        # Also numbers of two kinds: one person has an old card and a new one.
        Level("unknown", "(number_kinds_l & number_kinds_r) = 0", unknown=True),
        Level("equal", "numbers_l && numbers_r"),
        # Before "near": twins get numbers in a row.
        Level("neighbours", "number_tens_l && number_tens_r"),
        Level("near", "number_near_l && number_near_r"),
        ELSE,
    ),
)
# One comparison, not three: a family shares phone, commune and site, and would count three times.
PLACE = Comparison(
    "place",
    (
        Level("phone_commune", "phones_l && phones_r AND commune_l = commune_r"),
        Level("phone", "phones_l && phones_r"),
        Level("commune", "commune_l = commune_r"),
        Level("site", "sites_l && sites_r"),
        Level("district", "district_l = district_r AND district_l <> ''"),
        Level(
            "unknown",
            # An array that does not overlap itself is empty.
            "(NOT (phones_l && phones_l) OR NOT (phones_r && phones_r))"
            " AND (district_l = '' OR district_r = '')",
            unknown=True,
        ),
        ELSE,
    ),
)
COMPARISONS = (NAME, DATE, SEX, NUMBER, PLACE)
# The columns that the conditions read, without endings.
READ = (
    "name_marked", "name_plain", "name_sorted", "family", "given", "is_bare", "born_digits",
    "birth_precision", "sex", "numbers", "number_near", "number_tens", "number_kinds", "phones",
    "commune", "district", "sites",
)  # fmt: skip
# What they read besides: it follows from the name and the model (`Model.bits_of_name`, `is_known`).
COMPUTED = ("name_bits", "given_is_known")
