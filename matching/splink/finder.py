"""One run: features out of PostgreSQL, pairs and weights in DuckDB, pairs into PostgreSQL."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.db.models import Q

from matching import current, writing
from matching.levels import COMPARISONS
from matching.model import Model, newest
from matching.models import MatchFeature, MatchModel, MatchPair, MatchRun
from matching.splink import scoring, tables
from matching.splink.calibration import calibrate

BATCH = 5_000
# The best pair of two people, whose records may have parts, with the level of each field.
BEST = """
    SELECT least(l.whole, r.whole), greatest(l.whole, r.whole), max(match_weight),
           arg_max([{levels}], match_weight)
      FROM found
      JOIN record l ON l.citizen_id = citizen_id_l
      JOIN record r ON r.citizen_id = citizen_id_r
     GROUP BY 1, 2
"""


def find(run: MatchRun, *, since: datetime | None) -> None:
    """Find pairs and store them; the counts of each stage stand in the row of the run.

    since: only pairs of which one record was written at this time or later; None for all.
    """
    with _stage(run, "features") as stage:
        for _last, done in writing.fill():
            stage["rows"] = done
    folder = settings.MATCHING_FOLDER or None
    with tempfile.TemporaryDirectory(prefix="vaxreg-matching-", dir=folder) as name:
        limits = tables.Limits(settings.MATCHING_MEMORY, os.cpu_count() or 2)
        with tables.open_in(Path(name), limits) as here:
            _find(run, here, Path(name) / "features.csv", since)


def _find(
    run: MatchRun, here: duckdb.DuckDBPyConnection, file: Path, since: datetime | None
) -> None:
    with _stage(run, "copied") as stage:
        tables.copy_out(file)
        run.people = stage["rows"] = tables.load(here, file)
        file.unlink()
    run.changed = run.people if since is None else tables.count_since(here, since)
    with _stage(run, "calibrated") as stage:
        model = newest().calibrated(calibrate(here))
        stage["rows"] = run.people
        tables.add_names(here, model.content["words"])
    with _stage(run, "pairs") as stage:
        stage["rows"] = tables.make_pairs(here, since)
    with _stage(run, "scored") as stage:
        stage["rows"] = scoring.score(here, model, least=model.threshold("pair"))
    with _stage(run, "stored") as stage:
        kept = current.keep(model)
        for stored in _store(here, model, kept, run.started_at):
            stage["rows"] = run.found = stored
            run.save(update_fields=["found"])
    _forget(run.started_at, since)


@contextmanager
def _stage(run: MatchRun, name: str) -> Iterator[dict[str, Any]]:
    """Write into the run how many rows a stage had, and how long it took."""
    begun = time.perf_counter()
    stage: dict[str, Any] = {"rows": 0}
    run.stages[name] = [0, 0.0]
    run.save(update_fields=["stages", "people", "changed"])
    yield stage
    run.stages[name] = [stage["rows"], round(time.perf_counter() - begun, 2)]
    run.save(update_fields=["stages", "people", "changed"])


def _store(
    here: duckdb.DuckDBPyConnection, model: Model, kept: MatchModel, at: datetime
) -> Iterator[int]:
    """Write the pairs by batches, new or again; yield their number so far. Decisions stay."""
    levels = ", ".join(f"gamma_{one.field}" for one in COMPARISONS)
    found = here.execute(BEST.format(levels=levels))
    stored = 0
    while rows := found.fetchmany(BATCH):
        MatchPair.objects.bulk_create(
            [
                MatchPair(
                    one_id=one,
                    other_id=other,
                    weight=weight,
                    evidence=_evidence(model, numbers),
                    model=kept,
                    found_at=at,
                )
                for one, other, weight, numbers in rows
            ],
            update_conflicts=True,
            unique_fields=["one", "other"],
            update_fields=["weight", "evidence", "model", "found_at"],
        )
        stored += len(rows)
        yield stored


def _evidence(model: Model, numbers: list[int]) -> dict[str, tuple[str, float]]:
    """Name the levels that Splink numbers from the last one up; -1 is unknown."""
    found: dict[str, tuple[str, float]] = {}
    for comparison, number in zip(COMPARISONS, numbers, strict=True):
        names = comparison.level_names()
        if number < 0:
            found[comparison.field] = ("unknown", 0.0)
            continue
        name = names[len(names) - 1 - number]
        found[comparison.field] = (name, round(model.chances(comparison.field, name).weight, 4))
    return found


def _forget(before: datetime, since: datetime | None) -> None:
    """Delete open pairs that this run looked at and did not find any more."""
    gone = MatchPair.objects.filter(decision=MatchPair.Decision.OPEN, found_at__lt=before)
    if since is not None:
        changed = MatchFeature.objects.filter(written_at__gte=since).values("citizen")
        gone = gone.filter(Q(one__in=changed) | Q(other__in=changed))
    gone.delete()
