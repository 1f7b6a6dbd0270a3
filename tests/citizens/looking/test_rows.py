"""Every page of staff that shows a person leaves a row: who, as what, what exactly, on what ground.

A page of staff stands in one of two tables. One that stands in neither fails the suite: whoever adds
it says which row it leaves, or that it shows nobody.
"""

from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client

from accounts.models import SessionKind
from citizens.models import RecordVisit
from corrections.models import Correction
from tests.access_matrix import ACTORS, CITIZENS, MATRIX
from tests.cases import file_one, make_overdue
from tests.citizens.looking import scenes
from tests.conftest import signed_in
from tests.pages import close
from tests.pictures import attach_photo, keep_files_in
from tests.routes import PATTERNS, address, in_a_call
from tests.world import World

# Route: who opens it, and the row about Lan: why, what was seen, on what ground.
SHOWS = {
    "alike": ("minh", "review", "case", "desk"),
    "answered": ("minh", "list", "list", ""),
    "api:correction": ("minh", "review", "case", "desk"),
    "api:queue": ("minh", "list", "list", ""),
    "case": ("minh", "review", "case", "desk"),
    "case-ask": ("minh", "review", "case", "desk"),
    "case-call": ("minh", "review", "case", "desk"),
    "case-pass-on": ("minh", "review", "case", "desk"),
    "counter-certificates": ("minh", "review", "record", "counter"),
    "counter-file": ("minh", "review", "record", "counter"),
    "counter-letter": ("minh", "review", "case", "counter"),
    "counter-letters": ("minh", "list", "list", ""),
    "counter-person": ("minh", "review", "record", "counter"),
    "counter-receipt": ("minh", "review", "request", "counter"),
    "data-request": ("huong", "oversight", "request", "counter"),
    "data-requests": ("huong", "list", "list", ""),
    "duplicate": ("minh", "review", "pair", "desk"),
    "duplicates": ("minh", "list", "list", ""),
    "emergency": ("minh", "break_glass", "record", "break_glass"),
    "evidence": ("minh", "review", "photo", "desk"),
    "hotline": ("mai", "list", "list", ""),
    "hotline-caller": ("mai", "hotline", "record", "call"),
    "hotline-callback": ("mai", "call", "phone", "counter"),
    "hotline-check": ("mai", "hotline", "record", "no_call"),
    "hotline-code": ("mai", "hotline", "record", "call"),
    "hotline-file": ("mai", "hotline", "record", "call"),
    "hotline-file-dose": ("mai", "hotline", "record", "call"),
    "hotline-step": ("mai", "hotline", "record", "call"),
    "hotline-callback-note": ("mai", "hotline", "record", "call"),
    "many-doses-one": ("minh", "list", "list", ""),
    "mismatches": ("minh", "list", "list", ""),
    "fhir:task": ("minh", "review", "case", "desk"),
    "looking-person": ("huong", "list", "list", ""),
    "opening-photo": ("minh", "review", "photo", "counter"),
    "openings": ("minh", "list", "list", ""),
    "oversight-case": ("huong", "oversight", "case", "waiting"),
    "oversight-cases": ("huong", "list", "list", ""),
    "oversight-reassign": ("huong", "oversight", "case", "waiting"),
    "oversight-take-over": ("huong", "oversight", "case", "waiting"),
    "oversight-give": ("huong", "list", "list", ""),
    "oversight-remind": ("huong", "oversight", "case", "waiting"),
    "oversight-site": ("huong", "list", "list", ""),
    "own-dose": ("minh", "recording", "record", "desk"),
    "queue": ("minh", "list", "list", ""),
    "recording-abroad": ("minh", "recording", "record", "counter"),
    "recording-due": ("minh", "list", "list", ""),
    "recording-due-file": ("minh", "list", "list", ""),
    "recording-faults": ("minh", "list", "list", ""),
    "recording-person": ("minh", "recording", "record", "counter"),
    "twice": ("minh", "list", "list", ""),
    "twice-pair": ("minh", "review", "record", "desk"),
}
SHOWS_NOBODY = [
    "accounts:account",
    "accounts:confirm",
    "accounts:passkey_add",
    "accounts:password",
    "accounts:second_factors",
    "api-coverage",
    "api:oversight-report",
    "counter",
    "back-entry",
    "back-entry-csv",
    "back-entry-deadlines",
    "back-entry-letter",
    "back-entry-letters",
    "back-entry-site",
    "back-entry-write",
    "coverage",
    "coverage-csv",
    "coverage-xlsx",
    # What the site's own file says; candidates from the register are on `dose-import-decide` alone.
    "dose-import",
    "dose-import-columns",
    "dose-import-marked",
    "dose-import-template",
    "dose-imports",
    "hotline-callbacks",
    "hotline-new-record",
    "looking",
    "many-doses",
    # What the office's own file says; of people found on record it logs the row.
    "report-file",
    "report-file-columns",
    "report-file-decide",
    "report-file-marked",
    "report-files",
    "report-files-template",
    "open-in-emergency",
    "organization",
    "organization-close",
    "organization-details",
    "organization-merge",
    "organization-move",
    "organization-open",
    "organizations-export",
    "organizations-import",
    "organizations-import-rows",
    "organizations-import-run",
    "organizations-template",
    "oversight",
    "oversight-file",
    "oversight-note-site",
    "oversight-part",
    "oversight-remind-all",
    "oversight-remind-site",
    "oversight-silence",
    "oversight-silence-csv",
    "oversight-waiting",
    "own-week",
    "paper-seen",
    "people",
    "people-all",
    "people-end",
    "people-invite",
    "people-role",
    "people-suspend",
    "person",
    "person-suspend",
    "person-verify",
    "pool",
    "queue-news",
    "own-doses",
    "recording",
    "recording-close",
    "recording-days",
    "recording-lots",
    "recording-new",
    "recording-new-person",
    "recording-reminders",
    "recording-session",
    "recording-site",
]
STAFF = [name for name in ACTORS if name not in CITIZENS and name != "nobody"]


def routes_of_staff() -> set[str]:
    """Return the routes that answer staff and no stranger with a page."""
    found = set()
    for line in MATRIX.strip().splitlines():
        route, method, *cells = line.split()
        column = dict(zip(ACTORS, cells, strict=True))
        if method == "GET" and column["nobody"] != "200" and "200" in map(column.get, STAFF):
            found.add(route)
    return found


@pytest.fixture
def case(world: World, settings, tmp_path) -> Correction:
    """Lan's correction with a photo, overdue at Phường Bưởi."""
    keep_files_in(tmp_path, settings)
    case = make_overdue(file_one(world))
    attach_photo(case, by=world.user("lan"))
    return case


def test_each_page_of_staff_says_what_row_it_leaves():
    known = {*SHOWS, *SHOWS_NOBODY}

    assert routes_of_staff() - known == set()
    assert set(SHOWS) & set(SHOWS_NOBODY) == set()
    assert known - set(PATTERNS) == set()


def opened(route: str, case: Correction, world: World) -> tuple[Client, str]:
    """Return a browser of who opens the route, and the address."""
    who = SHOWS[route][0]
    where = scenes.SCENES[route](world, case) if route in scenes.SCENES else ""
    client = signed_in(world.user(who), SessionKind.STAFF)
    where = where or address(PATTERNS[route], case, world)
    if route.startswith("hotline"):
        in_a_call(client, where, case)
    return client, where


@pytest.mark.parametrize("route", SHOWS)
def test_a_page_that_shows_a_person_leaves_the_row(world: World, case: Correction, route: str):
    client, where = opened(route, case, world)
    who, why, seen, ground = SHOWS[route]
    before = RecordVisit.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    answer = client.get(where)

    assert answer.status_code == 200
    close(answer)
    row = RecordVisit.objects.filter(pk__gt=before, citizen=case.citizen).get()
    assert (row.user, row.why, row.seen, row.ground) == (world.user(who), why, seen, ground)
    membership = world.user(who).memberships.get()
    assert row.role == membership.role
    assert row.organization is not None
    if seen == "case" or (seen == "photo" and route == "evidence"):
        assert row.reference in (case.reference, where.split("/")[-2])


@pytest.mark.parametrize("route", ["case", "evidence", "oversight-case", "hotline-caller", "queue"])
def test_without_the_row_the_page_fails(world: World, case: Correction, route: str):
    client, where = opened(route, case, world)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE citizens_recordvisit ADD CHECK (false) NOT VALID")

    answer = client.get(where)

    assert answer.status_code == 500


@pytest.mark.parametrize(
    ("route", "made_by"),
    [
        ("case", "review.views.case.render"),
        ("oversight-case", "oversight.views.case.render"),
        ("queue", "review.views.queue.render"),
        ("duplicate", "review.views.duplicates.render"),
        ("api:correction", "api.serializers.CorrectionDetailSerializer.to_representation"),
    ],
)
def test_a_page_that_fails_leaves_no_row(world: World, case: Correction, route: str, made_by: str):
    client, where = opened(route, case, world)
    client.raise_request_exception = False
    before = RecordVisit.objects.count()

    with patch(made_by, side_effect=RuntimeError):
        answer = client.get(where)

    assert answer.status_code == 500
    assert RecordVisit.objects.count() == before


def test_a_pair_leaves_one_row_a_day_for_each_of_both(world: World, case: Correction):
    client, where = opened("duplicate", case, world)

    for _ in range(3):
        client.get(where)

    rows = RecordVisit.objects.filter(seen="pair")
    assert rows.count() == 2
    assert {row.reference for row in rows} == {where.split("/")[-2]}
