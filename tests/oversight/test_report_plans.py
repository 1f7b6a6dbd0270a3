"""No page of the officers reads closed cases one by one, however many there are."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import caseload, plans, reporting
from bench.caseload import CountrySize
from bench.reporting import MeasuredPage
from organizations.scope import scope_of
from reporting import case_lists, compute
from reporting.case_lists import LISTINGS, ListQuery
from reporting.report import Filters

# Two districts of four sites, and of fifty cases one that is open.
SIZE = CountrySize(organizations=75, corrections=3000, open=60, days=10)
OF_CASES = {
    "corrections_breach",
    "corrections_clock",
    "corrections_correction",
    "corrections_correctionevent",
    "corrections_holding",
}
# What is open, and what a page shows of a list, a few times over for joins.
FEW = SIZE.open + 4 * case_lists.PAGE


@pytest.fixture
def country(db: None) -> list[MeasuredPage]:
    caseload.build(SIZE, sites=4, seed=1)
    caseload.keep_figures()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # Three thousand rows fit into so few pages that reading all would be the best plan.
        cursor.execute("SET LOCAL enable_seqscan = off")
    return reporting.pages()


def greedy(page: MeasuredPage, at_most: int) -> list[str]:
    """Return the queries of a page that read more rows than that of a table of cases."""
    with CaptureQueriesContext(connection) as asked:
        reporting.open_page(page, Client())
    read = [
        (plan, max(plan.rows_read[name] for name in OF_CASES))
        for plan in plans.plans_of(asked.captured_queries)
    ]
    return [f"{page.name} reads {rows} rows: {plan.sql}" for plan, rows in read if rows > at_most]


def shows_what_happened(page: MeasuredPage) -> bool:
    return bool(page.tab) and not LISTINGS[page.tab].lies


def test_pages_read_what_is_open_and_what_they_show_but_not_what_is_closed(
    country: list[MeasuredPage],
):
    # A site's page looks for what has left it among all that it ever held.
    pages = [
        page
        for page in country
        if not shows_what_happened(page) and not page.name.endswith(": site")
    ]

    found = [line for page in pages for line in greedy(page, FEW)]

    assert not found, "\n\n".join(found)


def test_a_list_of_what_happened_reads_what_happened_there_and_nothing_of_others(
    country: list[MeasuredPage],
):
    found = []

    for page in filter(shows_what_happened, country):
        assert page.officer
        scope = scope_of(page.officer)
        assert scope
        number = case_lists.number(ListQuery(page.tab, scope, Filters()), compute.report(scope))
        assert number
        found += greedy(page, 2 * number + FEW)

    assert not found, "\n\n".join(found)
