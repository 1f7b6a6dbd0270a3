"""Trains the model on the records of a registry, without knowing which are one person's.

u by Splink's random sampling, m by expectation maximisation. EM learns what its block selects: by
phone it learnt families, and by name with district wrong dates. So it blocks on the number alone
and on name with date, and every m is kept between bounds (`BOUNDS`).
"""

from typing import Any

import duckdb
from django.utils import timezone

from matching.levels import COMPARISONS, DATE, NAME, NUMBER, PLACE, SEX
from matching.model import (
    Model,
    calibration_as_json,
    chances_of_names,
    from_content,
    words_of,
)
from matching.splink import scoring, tables
from matching.splink.calibration import calibrate

SAMPLED_PAIRS = 2e7
# Comparisons that share a column with the block are not trained by it.
BY_NUMBER = "l.first_number = r.first_number and l.number_kinds = r.number_kinds"
BY_NAME_AND_DATE = "l.name_sorted = r.name_sorted and l.born_digits = r.born_digits"
BLOCKS = (BY_NUMBER, BY_NAME_AND_DATE)
# The least and the most that m may be; a level that is not named may be anything above 0.0001.
BOUNDS: dict[tuple[str, str], tuple[float, float]] = {
    (NAME.field, "differs"): (0.0005, 0.0008),
    (NAME.field, "family"): (0.0004, 0.0006),
    (NAME.field, "given"): (0.0005, 0.002),
    (NAME.field, "middle"): (0.0005, 0.002),
    (NAME.field, "letters"): (0.001, 0.02),
    (NAME.field, "letter"): (0.005, 0.04),
    (NAME.field, "marks"): (0.002, 0.03),
    (NAME.field, "order"): (0.003, 0.03),
    (NAME.field, "shortened"): (0.001, 0.02),
    (DATE.field, "differs"): (0.0005, 0.001),
    (DATE.field, "two_parts"): (0.0005, 0.002),
    (DATE.field, "digit"): (0.004, 0.04),
    (DATE.field, "swapped"): (0.003, 0.04),
    (DATE.field, "year"): (0.005, 0.06),
    (DATE.field, "month"): (0.0005, 0.02),
    (DATE.field, "equal"): (0.8, 0.98),
    (SEX.field, "differs"): (0.001, 0.004),
    (NUMBER.field, "equal"): (0.85, 0.99),
    (NUMBER.field, "near"): (0.005, 0.04),
    (NUMBER.field, "differs"): (0.002, 0.03),
    (PLACE.field, "differs"): (0.005, 0.12),
}
LEAST = 1e-4
# Chances that nothing in a registry can teach.
FIXED = {
    # A slip in the last digit looks so; but among people of one birthday and one phone it is twins.
    (NUMBER.field, "neighbours"): {"m": 0.0012, "u": 0.1},
    # Two names that differ by a letter or two: by chance they are rare, between twins they are not.
    (NAME.field, "namesake"): {"m": 0.0002, "u": 0.05},
    # As rare by chance as a month among 900; nearly nobody has one alone.
    (DATE.field, "month"): {"m": 0.005, "u": 5e-6},
    # Sites that gave a dose to both, in another commune.
    (PLACE.field, "site"): {"m": 0.02, "u": 1e-4},
}
# u that no sample of pairs shows. u_per_person: people whose number stands on another's record.
RARE: dict[tuple[str, str], dict[str, float]] = {
    (NUMBER.field, "equal"): {"u": 1e-10, "u_per_person": 0.005},
    (NUMBER.field, "near"): {"u": 2e-9, "u_per_person": 0.002},
}
LEAST_U = 1e-7


def train(
    here: duckdb.DuckDBPyConnection,
    *,
    version: str,
    thresholds: dict[str, float],
    duplicates: float,
    pairs: float = SAMPLED_PAIRS,
    seed: int = 1,
) -> dict[str, Any]:
    """Return the content of a new file of matching/trained; `record` must be loaded.

    thresholds and duplicates (second records per person) are decided, not learnt. pairs: how many
    random pairs are compared.
    """
    names = here.execute("SELECT name_plain, count(*) FROM record GROUP BY 1 ORDER BY 1").fetchall()
    content: dict[str, Any] = {
        "version": version,
        "trained_on": timezone.localdate().isoformat(),
        "people": 0,
        "duplicates": duplicates,
        "thresholds": thresholds,
        "words": words_of(names),
        "comparisons": _first_guess(),
    }
    content["calibration"] = calibration_as_json(calibrate(here))
    content["people"] = content["calibration"]["people"]
    model = from_content(content)
    tables.add_names(here, content["words"])
    here.execute(
        "CREATE OR REPLACE TABLE scored AS SELECT *, numbers[1] AS first_number FROM scored"
    )
    settings = scoring.settings_of(model)
    settings["additional_columns_to_retain"] = ["first_number"]
    link = scoring.linker(here, settings, also=["first_number"])
    link.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=seed)
    for block in BLOCKS:
        link.training.estimate_parameters_using_expectation_maximisation(block)
    learnt = link.misc.save_model_to_json()
    _take_over(content, learnt)
    _add_names(content, here, names)
    return content


def _first_guess() -> dict[str, dict[str, dict[str, float]]]:
    """Return chances to begin with: agreement is likely for one person, and rare for two."""
    guess: dict[str, dict[str, dict[str, float]]] = {}
    for comparison in COMPARISONS:
        levels = comparison.level_names()
        guess[comparison.field] = {
            level: {
                "m": 0.9 if n == 0 else 0.1 / (len(levels) - 1),
                "u": 0.01 if n < len(levels) - 1 else 0.9,
            }
            for n, level in enumerate(levels)
        }
    return guess


def _take_over(content: dict[str, Any], learnt: dict[str, Any]) -> None:
    """Write what Splink has learnt into the content, within the bounds."""
    for comparison in learnt["comparisons"]:
        field = comparison["output_column_name"]
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            key = (field, level["label_for_charts"])
            least, most = BOUNDS.get(key, (LEAST, 1.0))
            chances = {
                "m": round(min(max(float(level.get("m_probability") or 0), least), most), 6),
                "u": float(f"{max(float(level.get('u_probability') or 0), LEAST_U):.4g}"),
            }
            content["comparisons"][field][key[1]] = {
                **chances,
                **RARE.get(key, {}),
                **FIXED.get(key, {}),
            }


def _add_names(
    content: dict[str, Any], here: duckdb.DuckDBPyConnection, names: list[tuple[str, int]]
) -> None:
    """Replace u of equal names: how rare a name is is known better than any sample shows it.

    m of the classes of rarity: the share of people in each, of all whose names agree.
    """
    model = from_content(content)
    row = here.execute("SELECT avg(is_bare::INTEGER) FROM record").fetchone()
    bare = float(row[0]) if row else 0.0
    row = here.execute(
        "SELECT sum(n * (n - 1.0)), sum(same) FROM (SELECT name_plain, sum(n) AS n,"
        " sum(n * (n - 1.0)) AS same FROM (SELECT name_plain, name_marked, count(*) AS n FROM record"
        " WHERE NOT is_bare GROUP BY 1, 2) GROUP BY 1)"
    ).fetchone()
    pairs, same = map(float, row) if row and row[0] else (1.0, 1.0)
    chances = chances_of_names(model, names, bare=bare, other_marks=1 - same / pairs)
    levels = content["comparisons"][NAME.field]
    for prefix in ("equal_", "bare_"):
        named = [level for level in levels if level.startswith(prefix)]
        total = sum(levels[level]["m"] for level in named)
        shares = _shares(model, names, [int(level.removeprefix(prefix)) for level in named])
        for level in named:
            share = max(shares[int(level.removeprefix(prefix))], 1e-3)
            levels[level] = {"m": round(total * share, 6), "u": float(f"{chances[level]:.4g}")}
    levels["marks"]["u"] = float(f"{chances['marks']:.4g}")


def _shares(model: Model, names: list[tuple[str, int]], classes: list[int]) -> dict[int, float]:
    counted = dict.fromkeys(classes, 0)
    for plain, people in names:
        bits = model.bits_of_name(plain)
        counted[next(least for least in sorted(classes, reverse=True) if bits >= least)] += people
    total = max(sum(counted.values()), 1)
    return {least: number / total for least, number in counted.items()}


def compared(old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    """Return both models as a table: the weight of each level, before and after.

    old: None for the first version.
    """
    before, after = from_content(old or new), from_content(new)
    title = f"{after.version} ({new['people']:,} people)"
    if old is not None:
        title += f" after {before.version} ({old['people']:,} people)"
    thresholds = [
        f"threshold {use:<12} {before.threshold(use):>8.2f} {after.threshold(use):>8.2f}"
        for use in new["thresholds"]
    ]
    lines = [title, *thresholds, f"{'level':<22} {'before':>8} {'after':>8} {'change':>8}"]
    for comparison in COMPARISONS:
        for level in comparison.level_names():
            was = before.chances(comparison.field, level).weight
            now = after.chances(comparison.field, level).weight
            name = f"{comparison.field} {level}"
            lines.append(f"{name:<22} {was:>8.2f} {now:>8.2f} {now - was:>+8.2f}")
    return "\n".join(lines) + "\n"
