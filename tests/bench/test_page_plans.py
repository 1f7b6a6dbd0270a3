"""No page of the registry reads a large table from its beginning to its end.

A registry of a test is so small that PostgreSQL would rather read a table whole. It is told not to,
wherever an index can be used: a plan that still does has no index for its query.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import dataset, pages
from bench.pages import RegistryActs
from corrections.models import Correction
from organizations.models import Organization
from tests.bench.made_up import generate, size

LARGE = {
    "citizens_citizen",
    "citizens_citizenrevision",
    "citizens_identitydocument",
    "citizens_recordlink",
    "citizens_recordvisit",
    "corrections_breach",
    "corrections_clock",
    "corrections_correction",
    "corrections_correctionevent",
    "corrections_filing",
    "corrections_holding",
    "corrections_pause",
    "doses_dose",
    "doses_doserevision",
}
# What each page is held to, by the beginning of the name: without these indexes it would grow with
# the country.
INDEXES = {
    "my doses": {"dose_citizen_given_on"},
    "queue, first page": {"correction_queue"},
    "case": {"corrections_correction_reference"},
    "search by number": {"document_number"},
    "search by name": {"citizen_birth_name"},
    "pool": {"correction_pool"},
    "filing": {"correction_one_open_per_subject"},
    "deciding": {"corrections_correction_reference"},
    "recording a dose": {"dose_once_per_day_vaccine_and_organization"},
    "sweep": {"pause_open", "clock_sweep", "correction_questions"},
}


@pytest.fixture
def tree(db: None) -> None:
    ministry = dataset.build_country([2, 1], stations=3, citizens=0)[0].part_of
    hotline = Organization.objects.create(
        code="LINE", name="Đường dây nóng", kind="hotline", part_of=ministry
    )
    dataset.employ([hotline])


def plan_nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from plan_nodes(part)


def plans_of(queries: list[dict[str, str]]) -> list[tuple[str, list[dict[str, Any]]]]:
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for query in queries:
            sql = query["sql"]
            if not sql.lstrip("( ").upper().startswith(("SELECT", "WITH", "UPDATE")):
                continue
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            answer = cursor.fetchone()[0]
            top = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
            found.append((sql, list(plan_nodes(top))))
        cursor.execute("SET LOCAL enable_seqscan = on")
    return found


def count_rows() -> None:
    """Tell the planner how many rows there are, as autovacuum would; it may have seen none yet."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_every_page_finds_its_rows_by_an_index(tree: None):
    generate()
    # So many cases lie on the desk that its own index finds none of them quickly.
    copy_cases_of_the_desk(40)
    count_rows()
    whole: dict[str, list[str]] = {}
    unused: dict[str, set[str]] = {}

    for act in RegistryActs(visits=3).all():
        if act.name == "search by number":
            act.do(0)
        with CaptureQueriesContext(connection) as captured:
            act.do(0)
        plans = plans_of(captured.captured_queries)
        whole[act.name] = [
            f"{node['Relation Name']}: {sql[:300]}"
            for sql, nodes in plans
            for node in nodes
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
        ]
        used = {
            node["Index Name"] for _sql, nodes in plans for node in nodes if "Index Name" in node
        }
        unused[act.name] = {
            name
            for name in INDEXES.get(act.name, set())
            if not any(one.startswith(name) for one in used)
        }

    assert set(INDEXES) <= set(whole)
    assert {name: read for name, read in whole.items() if read} == {}
    assert {name: names for name, names in unused.items() if names} == {}


def test_a_page_asks_as_many_queries_with_five_times_the_rows(tree: None):
    generate(size(doses=300, people=180, corrections=40))
    # Three alike cases are a group, which the queue names: three queries more, however many.
    copy_cases_of_the_desk(2)
    few = queries_of(RegistryActs(visits=2))
    copy_cases_of_the_desk(3)
    many = queries_of(RegistryActs(visits=2))

    assert few == many
    assert few["queue, first page"] <= 19


def queries_of(acts: RegistryActs) -> dict[str, int]:
    """Return how many queries the pages that only read ask."""
    reading = {"my doses", "queue, first page", "case", "search by number", "search by name"}
    found = {}
    for act in acts.all():
        if act.name in reading:
            act.do(0)
            with CaptureQueriesContext(connection) as captured:
                act.do(0)
            found[act.name] = len(captured)
    return found


def copy_cases_of_the_desk(number: int) -> None:
    """Write the open cases of the busiest desk several times more, under other subjects."""
    desk = pages.busiest_desk()
    cases = list(Correction.objects.open().filter(holder=desk, status="queued"))
    for copy in range(4):
        for case in cases:
            case.pk = None
            case._state.adding = True
            case.public_id = Correction._meta.get_field("public_id").default()
            case.reference = Correction._meta.get_field("reference").default()
            case.subject = f"{case.subject}/{number}/{copy}"
        Correction.objects.bulk_create(cases)
