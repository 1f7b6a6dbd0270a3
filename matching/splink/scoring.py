"""Scores pairs with Splink, by the model's chances."""

import logging
from collections.abc import Sequence
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from matching.levels import COMPARISONS, COMPUTED, ELSE, READ, Comparison
from matching.model import Model

BATCH = 5_000
ID = "citizen_id"


def settings_of(model: Model) -> dict[str, Any]:
    """Return the settings of Splink for this model."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": ID,
        "probability_two_random_records_match": model.chance,
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": True,
        "blocking_rules_to_generate_predictions": ["l.citizen_id = r.citizen_id"],
        "comparisons": [_comparison(one, model) for one in COMPARISONS],
    }


def _comparison(one: Comparison, model: Model) -> dict[str, Any]:
    levels: list[dict[str, Any]] = []
    for level in one.levels:
        condition = "ELSE" if level is ELSE else level.condition
        made: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level.name}
        if level.unknown:
            made["is_null_level"] = True
        else:
            chances = model.chances(one.field, level.name)
            made |= {"m_probability": chances.m, "u_probability": chances.u}
        levels.append(made)
    return {"output_column_name": one.field, "comparison_levels": levels}


def linker(
    here: duckdb.DuckDBPyConnection, settings: dict[str, Any], also: Sequence[str] = ()
) -> Linker:
    """Return a linker over the table `scored`, without messages on the console."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection=here)
    columns = ", ".join((ID, *READ, *COMPUTED, *also))
    here.execute(f"CREATE OR REPLACE VIEW compared AS SELECT {columns} FROM scored")
    return Linker(api.register("compared"), settings, log_level=logging.ERROR)


def score(here: duckdb.DuckDBPyConnection, model: Model, *, least: float) -> int:
    """Score the table `pair`; keep those of at least this weight in `found`; return their number."""
    link = linker(here, settings_of(model))
    here.execute(
        "CREATE OR REPLACE VIEW blocked AS"
        " SELECT '0' AS match_key, one AS join_key_l, other AS join_key_r FROM pair"
    )
    blocked = link._db_api.register("blocked")
    link.table_management.register_blocked_pairs_for_predict(blocked)
    predicted = link.inference.predict(threshold_match_weight=least, warning_mode="never")
    here.execute(f"CREATE OR REPLACE TABLE found AS SELECT * FROM {predicted.physical_name}")
    row = here.execute("SELECT count(*) FROM found").fetchone()
    return int(row[0]) if row else 0
