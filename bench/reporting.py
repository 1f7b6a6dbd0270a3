"""Times of health officers' pages in a full-size country and in one of 1/100, in turn."""

import logging
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import SessionKind, User
from bench import people, plans
from bench.databases import using
from bench.plans import QueryPlan
from organizations.models import Membership, Organization
from reporting import daily_job
from reporting.case_lists import LISTINGS
from vaxreg import db_time

AT_MOST = 1.5
WARM_UP = 2
# Reports use figures of the last minutes if they are not older than three minutes.
FRESH = timedelta(minutes=1)
Kind = Organization.Kind


@dataclass(frozen=True)
class MeasuredPage:
    """A page, and the session of the officer who opens it; "" without sign-in.

    tab: the key of its list in LISTINGS, if it shows one.
    """

    name: str
    url: str
    session: str = ""
    officer: User | None = None
    tab: str = ""


@dataclass(frozen=True)
class Country:
    """A database with its data, and an open connection to it."""

    connection: BaseDatabaseWrapper
    pages: Sequence[MeasuredPage]


@dataclass(frozen=True)
class Times:
    """Times of a page in one country, in milliseconds, and its number of queries."""

    p50: float
    p95: float
    queries: int


@dataclass(frozen=True)
class Compared:
    """One page in both countries, and its slowest query in the large one."""

    page: str
    small: Times
    full: Times
    slowest_sql: str
    slowest_milliseconds: float
    slowest_buffers: int
    slowest_rows_read: dict[str, int]
    rows_read: dict[str, int]

    @property
    def ratio(self) -> float:
        """The ratio of the medians, large country to small."""
        return self.full.p50 / self.small.p50

    @property
    def is_met(self) -> bool:
        """Whether it takes at most AT_MOST times as long, with the same number of queries."""
        return self.ratio <= AT_MOST and self.full.queries == self.small.queries


def pages() -> list[MeasuredPage]:
    """Return the pages of this country, each with an officer who may open it."""
    ministry = Organization.objects.get(kind=Kind.MINISTRY)
    province = Organization.objects.filter(kind=Kind.PROVINCIAL_DEPARTMENT).order_by("pk")[0]
    centres = Organization.objects.filter(kind=Kind.DISTRICT_CENTRE).order_by("pk")
    busy = centres.filter(part_of=province)[0]
    usual = centres.exclude(part_of=province)[0]
    found: list[MeasuredPage] = []
    for name, organization in (
        ("district", usual),
        ("busy district", busy),
        ("province", province),
        ("ministry", ministry),
    ):
        officer = Membership.objects.select_related("user").get(organization=organization).user
        [sender] = people.signed_in([officer], SessionKind.STAFF, ["password", "mfa"])
        addresses = {
            "report": reverse("oversight"),
            "report, 28 days": f"{reverse('oversight')}?days=28",
            "silence": reverse("oversight-silence"),
        }
        if organization in (usual, busy):
            site = organization.parts.order_by("pk")[0]
            addresses["site"] = reverse("oversight-site", args=[site.public_id])
        found += [
            MeasuredPage(f"{name}: {what}", url, sender.session, officer)
            for what, url in addresses.items()
        ]
        found += [
            MeasuredPage(
                f"{name}: list {tab}",
                f"{reverse('oversight-cases')}?tab={tab}",
                sender.session,
                officer,
                tab,
            )
            for tab in LISTINGS
        ]
    found.append(MeasuredPage("public statistics", reverse("statistics")))
    return found


def compared(small: Country, full: Country, visits: int) -> list[Compared]:
    """Open every page `visits` times in both countries, in turn, and read its query plans."""
    logging.disable(logging.CRITICAL)
    try:
        return [
            _compared(one, small, other, full, visits)
            for one, other in zip(small.pages, full.pages, strict=True)
        ]
    finally:
        logging.disable(logging.NOTSET)


def table(found: Sequence[Compared]) -> str:
    """Return all pages as a table, with 'met' or 'NOT MET' and the slowest query of those."""
    lines = [
        f"{'':<28}{'1/100 p50':>10}{'p95':>8}{'full p50':>10}{'p95':>8}{'ratio':>7}{'queries':>9}"
    ]
    for one in found:
        queries = str(one.full.queries)
        if one.full.queries != one.small.queries:
            queries = f"{one.small.queries}→{queries}"
        lines.append(
            f"{one.page:<28}{one.small.p50:>10.1f}{one.small.p95:>8.1f}{one.full.p50:>10.1f}"
            f"{one.full.p95:>8.1f}{one.ratio:>7.2f}{queries:>9}"
            f"  {'met' if one.is_met else 'NOT MET'}"
        )
        if not one.is_met:
            read = ", ".join(f"{rows} of {table}" for table, rows in one.slowest_rows_read.items())
            lines.append(
                f"    {one.slowest_milliseconds:.1f} ms, {one.slowest_buffers} buffers, {read}:"
                f" {' '.join(one.slowest_sql.split())[:400]}"
            )
    return "\n".join(lines)


def as_json(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """Return the same as values for JSON."""
    return [{**asdict(one), "ratio": one.ratio, "met": one.is_met} for one in found]


def _compared(
    one: MeasuredPage, small: Country, other: MeasuredPage, full: Country, visits: int
) -> Compared:
    took: dict[str, list[float]] = {"small": [], "full": []}
    turns = [("small", small, one), ("full", full, other)]
    for country in (small, full):
        _keep_fresh(country)
    for number in range(WARM_UP + visits):
        # The order alternates, so that other load on the machine affects both countries.
        for size, country, page in turns if number % 2 else reversed(turns):
            with using(country.connection):
                begun = time.perf_counter()
                open_page(page, Client())
                if number >= WARM_UP:
                    took[size].append((time.perf_counter() - begun) * 1000)
    _plans_there, asked = _plans(one, small)
    full_plans, asked_of_full = _plans(other, full)
    slowest = max(full_plans, key=lambda plan: plan.milliseconds)
    return Compared(
        page=one.name,
        small=_times(took["small"], asked),
        full=_times(took["full"], asked_of_full),
        slowest_sql=slowest.sql,
        slowest_milliseconds=slowest.milliseconds,
        slowest_buffers=slowest.buffers,
        slowest_rows_read=dict(slowest.rows_read),
        rows_read=dict(sum((plan.rows_read for plan in full_plans), start=Counter[str]())),
    )


def _keep_fresh(country: Country) -> None:
    """Refresh the figures of the last minute, as the job does in production."""
    with using(country.connection):
        as_of = daily_job.as_of()
        if as_of is None or db_time.now() - as_of > FRESH:
            daily_job.refresh()


def _times(took: list[float], queries: int) -> Times:
    percentiles = statistics.quantiles(took, n=20, method="inclusive")
    return Times(statistics.median(took), percentiles[-1], queries)


def open_page(page: MeasuredPage, client: Client) -> None:
    """Open a page. Raises RuntimeError unless it is shown (200 and not empty)."""
    if page.session:
        client.cookies[settings.SESSION_COOKIE_NAME] = page.session
    host = next((host for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
    answer = client.get(page.url, secure=settings.SECURE_SSL_REDIRECT, headers={"host": host})
    if answer.status_code != 200 or not answer.getvalue():
        raise RuntimeError(f"{page.url} answered {answer.status_code}")


def _plans(page: MeasuredPage, country: Country) -> tuple[list[QueryPlan], int]:
    with using(country.connection):
        # A first visit after some minutes also stores that the session was used: not counted.
        open_page(page, Client())
        with CaptureQueriesContext(connection) as captured:
            open_page(page, Client())
        return plans.plans_of(captured.captured_queries), len(captured)
