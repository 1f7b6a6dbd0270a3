"""Measures matching on made-up people: what is found, what is joined, how long a look-up takes."""

import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from bench.dataset import vacuum_analyze
from bench.matching.population import Population, Rates
from bench.matching.records import Record, Writer
from bench.matching.registry import Registry, write_areas
from bench.results import BenchResult
from matching import runs
from matching.current import current
from matching.model import Model
from matching.models import MatchFeature, MatchPair, MatchRun
from matching.online import likely_records

# spread: over all communes. dense: 4,250 people to a commune of one province. twins: ten times as
# many. crowded: dense, with as many people of one birthday as 45 million have.
DATA = ("spread", "dense", "twins", "crowded")
RECALL = {"spread": 0.98, "dense": 0.97}
PRECISION = 0.99
COUNTRY = 45_000_000
# Further apart nobody would be a child any more.
MOST_DAYS = 400
USUAL_TWINS, MANY_TWINS = 0.012, 0.12
# Of the second records, one in so many is not written but looked up.
HELD_BACK = 5
CHANGED = 1_000
LOOKED_UP_WITHIN = 10
# Pairs with one number, one date and one name with its marks: what would join by itself.
JOINS = """
    SELECT l.citizen_id, r.citizen_id
      FROM (SELECT *, unnest(numbers) AS number FROM matching_matchfeature
             WHERE NOT is_bare AND birth_precision = 'day') l
      JOIN (SELECT *, unnest(numbers) AS number FROM matching_matchfeature
             WHERE NOT is_bare AND birth_precision = 'day') r
        ON l.number = r.number AND l.citizen_id < r.citizen_id
       AND l.name_marked = r.name_marked AND l.born_digits = r.born_digits
"""


@dataclass(frozen=True)
class Size:
    """What is made and measured."""

    people: int
    seed: int
    data: str
    errors: float
    asked: int

    @property
    def rates(self) -> Rates:
        return Rates(
            twins=MANY_TWINS if self.data == "twins" else USUAL_TWINS,
            errors=self.errors,
            days_apart=min(COUNTRY // self.people, MOST_DAYS) if self.data == "crowded" else 1,
        )


def measure(size: Size) -> list[BenchResult]:
    """Write the people into the database at hand, which must be empty, and measure."""
    begun = time.perf_counter()
    population = Population(size.people, size.seed, size.rates, dense=size.data != "spread")
    registry = Registry(write_areas(population.communes))
    asked: list[Record] = []
    for record in Writer(population).all():
        if record.is_second and record.person % HELD_BACK == 0 and len(asked) < size.asked:
            asked.append(record)
        else:
            registry.add(record)
    registry.flush()
    vacuum_analyze()
    written = time.perf_counter() - begun
    run = runs.start(MatchRun.Kind.WHOLE)
    results = [
        BenchResult("records", len(registry.records), ""),
        BenchResult("written with features", len(registry.records) / written, "/s"),
        *_run(run),
        *_found(size, registry),
        *_joins(registry),
        *_changed(),
        *_look_ups(size, registry, asked),
    ]
    return [_named(size, one) for one in results]


def _named(size: Size, one: BenchResult) -> BenchResult:
    return BenchResult(f"{size.data}: {one.name}", one.value, one.unit, one.at_most, one.at_least)


def _run(run: MatchRun) -> list[BenchResult]:
    seconds = sum(seconds for _rows, seconds in run.stages.values())
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return [
        BenchResult("a whole run", seconds, "s"),
        BenchResult("compared pairs a record", run.stages["pairs"][0] / max(run.people, 1), ""),
        BenchResult("records a second", run.people / seconds, "/s"),
        BenchResult("peak memory, with the people", peak, "MB"),
    ]


def _found(size: Size, registry: Registry) -> list[BenchResult]:
    true = registry.pairs()
    found = set(MatchPair.objects.values_list("one", "other"))
    right = len(found & true)
    by_error: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    for pair in true:
        errors = {error for one in pair for error in registry.records[one].errors}
        for error in errors or {"no error"}:
            by_error[error] += 1
            hit[error] += pair in found
    return [
        BenchResult("recall", right / max(len(true), 1), "", at_least=RECALL.get(size.data)),
        BenchResult(
            "precision",
            right / max(len(found), 1),
            "",
            at_least=PRECISION if size.data in RECALL else None,
        ),
        *(
            BenchResult(f"recall, {error} ({number})", hit[error] / number, "")
            for error, number in by_error.most_common()
        ),
    ]


def _joins(registry: Registry) -> list[BenchResult]:
    with connection.cursor() as cursor:
        cursor.execute(JOINS)
        pairs = cursor.fetchall()
    right = sum(
        registry.records[one].person == registry.records[other].person for one, other in pairs
    )
    return [
        BenchResult("joined by the rule, rightly", right, "pairs"),
        BenchResult("joined by the rule, wrongly", len(pairs) - right, "pairs", at_most=0),
    ]


def _changed() -> list[BenchResult]:
    """Measure a run over records that have changed, after one that has seen them all."""
    MatchFeature.objects.update(written_at=MatchRun.objects.all()[0].started_at - timedelta(days=1))
    newest = MatchFeature.objects.order_by("-citizen_id").values("citizen_id")[:CHANGED]
    MatchFeature.objects.filter(
        citizen_id__in=list(newest.values_list("citizen_id", flat=True))
    ).update(written_at=MatchRun.objects.all()[0].started_at + timedelta(minutes=1))
    vacuum_analyze()
    run = runs.start(MatchRun.Kind.CHANGED)
    seconds = sum(seconds for _rows, seconds in run.stages.values())
    return [BenchResult(f"a run over {run.changed:,} changed records", seconds, "s")]


def _look_ups(size: Size, registry: Registry, asked: list[Record]) -> list[BenchResult]:
    """Look up second records of people who have one, and people who have none."""
    model = current()
    known = {record.person for record in registry.records.values() if not record.is_second}
    asked = [one for one in asked if one.person in known]
    others = Population(len(asked), size.seed + 7, size.rates, dense=size.data != "spread")
    others.communes = min(others.communes, len(registry.areas))
    strangers = [one for one in Writer(others).all() if not one.is_second][: len(asked)]
    if not asked:
        return []
    for one in asked[:50]:
        likely_records(registry.facts(one))
    times: list[float] = []
    right = shown = named = 0
    for one in asked:
        persons = _persons(registry, one, model, times)
        right += one.person in persons
        shown += bool(persons)
        named += bool(persons) and persons[0] == one.person
    strange = sum(bool(_persons(registry, one, model, times)) for one in strangers)
    times.sort()
    return [
        BenchResult("look-up: the person is listed", right / len(asked), ""),
        BenchResult("look-up: the first one is the person", named / max(shown, 1), ""),
        BenchResult("look-up: strangers shown somebody", strange / max(len(strangers), 1), ""),
        BenchResult("look-up: p50", _ms(times, 0.5), "ms"),
        BenchResult("look-up: p95", _ms(times, 0.95), "ms", at_most=LOOKED_UP_WITHIN),
    ]


def _persons(registry: Registry, one: Record, model: Model, times: list[float]) -> list[int]:
    """Return whose records are shown at the threshold of pairs, the likeliest first."""
    facts = registry.facts(one)
    begun = time.perf_counter()
    found = likely_records(facts)
    times.append(time.perf_counter() - begun)
    least = model.threshold("pair")
    return [registry.records[row.citizen].person for row in found if row.weight >= least]


def _ms(times: list[float], part: float) -> float:
    return times[min(int(len(times) * part), len(times) - 1)] * 1000
