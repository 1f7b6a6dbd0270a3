"""The execution plan of a query: time, buffers, and the rows read from each table."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class QueryPlan:
    """The plan of one executed query. rows_read: by table, including rows that a filter removed."""

    sql: str
    milliseconds: float
    buffers: int
    rows_read: Counter[str]


def plans_of(queries: Iterable[dict[str, str]]) -> list[QueryPlan]:
    """Return the plans of captured queries (connection.queries), without those that write."""
    return [
        explain(query["sql"])
        for query in queries
        if query["sql"].lstrip("( ").upper().startswith(("SELECT", "WITH"))
    ]


def explain(sql: str) -> QueryPlan:
    """Execute a query with EXPLAIN ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        answer = cursor.fetchone()[0]
    top = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    node = top["Plan"]
    return QueryPlan(
        sql=sql,
        milliseconds=top["Execution Time"],
        buffers=node.get("Shared Hit Blocks", 0) + node.get("Shared Read Blocks", 0),
        rows_read=_rows_read(node),
    )


def _rows_read(top: dict[str, Any]) -> Counter[str]:
    read: Counter[str] = Counter()
    for node in _nodes(top):
        if "Relation Name" in node:
            seen = sum(
                node.get(name, 0)
                for name in (
                    "Actual Rows",
                    "Rows Removed by Filter",
                    "Rows Removed by Index Recheck",
                )
            )
            read[node["Relation Name"]] += round(seen * node["Actual Loops"])
    return read


def _nodes(top: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield top
    for part in top.get("Plans", ()):
        yield from _nodes(part)
