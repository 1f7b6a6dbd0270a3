"""The pages of the registry in a small database and in a large one, in turn: time, buffers, queries.

Buffers are all pages of tables, indexes and catalogs that the connection touched for the whole act,
writing too, as PostgreSQL counts them for each connection (pg_stat_get_backend_io): the same for
each run, however busy the machine is.
"""

import logging
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import rate_limits
from accounts.models import SessionKind
from bench import people, webtier
from bench.databases import using
from bench.people import Sender
from bench.plans import QueryPlan, plans_of
from bench.webtier import Request
from citizens.models import Citizen, IdentityDocument, RecordLink
from corrections import actions, sweep
from corrections.models import Correction
from doses import actions as dose_actions
from doses.models import Dose, Vaccine
from organizations.models import Membership, Organization
from review import queue
from review.queue import QueueTab
from vaxreg.search import search_key

# A page may touch so many times as many buffers in the large database; the two that matter most
# may not touch more: a level of an index or two is what a hundred times the rows cost them.
AT_MOST, LEVELS = 1.2, 12
HUNDREDTH = 99 * queue.PAGE_SIZE
WARM_UP = 2
CENTRE = Organization.Kind.DISTRICT_CENTRE
# Rows that an act is done with in turn, so that not one row alone is in the cache.
MANY = 25
# Doses are recorded on these days, on which nobody in the data was vaccinated.
AFTER, DAYS = date(2023, 3, 1), 1000

BUFFERS = """
SELECT coalesce(sum(hits), 0) + coalesce(sum(reads), 0)
FROM pg_stat_get_backend_io(pg_backend_pid()) WHERE object = 'relation'
"""


@dataclass(frozen=True)
class Act:
    """Something that is done again and again; `do` gets the number of the visit."""

    name: str
    do: Callable[[int], None]


@dataclass(frozen=True)
class Figures:
    """Of one act in one database. Milliseconds; buffers and queries are medians."""

    p50: float
    p95: float
    buffers: float
    queries: int


@dataclass(frozen=True)
class ComparedAct:
    """One act in both databases. worst: of a missed target, the query with the most buffers."""

    name: str
    small: Figures
    large: Figures
    worst: QueryPlan | None = None

    @property
    def ratio(self) -> float:
        """Buffers, large to small."""
        return self.large.buffers / max(self.small.buffers, 1)

    @property
    def ratio_of_times(self) -> float:
        return self.large.p50 / self.small.p50

    @property
    def is_met(self) -> bool:
        same = self.small.queries == self.large.queries
        more = self.large.buffers - self.small.buffers
        return same and (self.ratio <= AT_MOST or more <= LEVELS)


class RegistryActs:
    """The acts of one database, each with those who do it.

    pooled: how many cases without a site the district has whose pool is opened; None: the most.
    """

    def __init__(self, visits: int, pooled: int | None = None) -> None:
        self.visits = visits
        pools = _pools()
        self.pooled = max(pools.values()) if pooled is None else pooled
        alike = min(pools, key=lambda one: (abs(pools[one] - self.pooled), one))
        self.centre = Organization.objects.get(pk=alike)
        self.desk = busiest_desk()
        self.nurse = _session(self.desk, "reviewer")
        self.officer = _session(self.centre, "officer")
        agent = Membership.objects.live().filter(role="hotline").select_related("user")[0].user
        self.agent = agent
        [self.agent_session] = people.signed_in([agent], SessionKind.STAFF, ["password", "mfa"])

    def all(self) -> Iterator[Act]:
        """Yield the acts; what they need is written before."""
        yield self._my_doses()
        yield from self._queue()
        yield from self._search()
        yield self._get("pool", self.officer, [reverse("pool")])
        yield from self._filing_and_deciding()
        yield self._recording()
        yield Act("sweep", lambda _visit: _swept())

    def _get(self, name: str, who: Sender, urls: Sequence[str]) -> Act:
        return Act(name, lambda visit: _open(urls[visit % len(urls)], who))

    def _my_doses(self) -> Act:
        links = RecordLink.objects.live().filter(relation="self").order_by("pk")
        users = [link.user for link in links.select_related("user")[:MANY]]
        sessions = people.signed_in(users, SessionKind.CITIZEN, ["code"])
        return Act("my doses", lambda visit: _open(reverse("record"), sessions[visit % MANY]))

    def _queue(self) -> Iterator[Act]:
        user = Membership.objects.live().filter(organization=self.desk)[0].user
        listed = queue.in_tab(queue.on_desks(user, [self.desk]), QueueTab.OPEN, user)
        ordered = listed.order_by("due_at", "pk").values_list("reference", flat=True)
        first = list(ordered[:MANY])
        yield self._get("queue, first page", self.nurse, [reverse("queue")])
        if mark := ordered[HUNDREDTH - 1 : HUNDREDTH].first():
            yield self._get(
                "queue, hundredth page", self.nurse, [f"{reverse('queue')}?after={mark}"]
            )
        yield self._get("case", self.nurse, [reverse("case", args=[one]) for one in first])

    def _search(self) -> Iterator[Act]:
        documents = IdentityDocument.objects.filter(is_proven=True).order_by("pk")
        numbers = [one.number for one in documents[:MANY]]
        names = [
            f"{search_key(one.full_name)} {one.date_of_birth.year}"
            for one in Citizen.objects.filter(birth_precision="day").order_by("pk")[:MANY]
        ]
        for name, typed in (("search by number", numbers), ("search by name", names)):
            yield Act(name, self._searching(typed))

    def _searching(self, typed: Sequence[str]) -> Callable[[int], None]:
        def search(visit: int) -> None:
            rate_limits.reset("hotline: search", str(self.agent.pk))
            form = {"typed": typed[visit % len(typed)]}
            _post(Request(reverse("hotline"), form, self.agent_session))

        return search

    def _filing_and_deciding(self) -> Iterator[Act]:
        """Each visit needs a draft of its own; the decisions are about what was filed."""
        nurse, drafts = people.build(self.visits)
        filings = iter(drafts)
        yield Act("filing", lambda _visit: _post(webtier.filing(next(filings))))
        keys = [draft.key for draft in drafts]
        decided: list[Iterator[Correction]] = []

        def decide(_visit: int) -> None:
            if not decided:
                filed = Correction.objects.filter(filing__key__in=keys).order_by("pk")
                decided.append(iter([actions.route(case) for case in filed]))
            case = next(decided[0])
            # The page after a decision picks up the next case.
            case.refresh_from_db(fields=["version"])
            _post(webtier.deciding(case, nurse))

        yield Act("deciding", decide)

    def _recording(self) -> Act:
        """The verb that all pages call that record a dose."""
        vaccine = Vaccine.objects.get(code="PF")
        nurse = Membership.objects.live().filter(organization=self.desk)[0].user
        citizens = list(Citizen.objects.order_by("pk")[:MANY])
        # In a database that is used again there are some from before.
        recorded = Dose.objects.filter(organization=self.desk, given_on__gte=AFTER)
        first = recorded.count()

        def record(visit: int) -> None:
            dose_actions.record(
                citizen=citizens[visit % MANY],
                vaccine=vaccine,
                given_on=AFTER + timedelta(days=(first + visit) % DAYS),
                organization=self.desk,
                provenance=Dose.Provenance.SITE_ENTRY,
                by=nurse,
                kind=Dose.Kind.BOOSTER,
                ordinal=2,
            )

        return Act("recording a dose", record)


def compared(
    small: BaseDatabaseWrapper, large: BaseDatabaseWrapper, visits: int
) -> list[ComparedAct]:
    """Do every act `visits` times in both databases, in turn."""
    logging.disable(logging.CRITICAL)
    try:
        acts = []
        pooled: int | None = None
        for there in (small, large):
            with using(there):
                # What fell due since the data were made.
                sweep.sweep(3600)
                found = RegistryActs(WARM_UP + visits + 1, pooled)
                pooled = found.pooled
                acts.append(list(found.all()))
        return [
            _compared(one, small, other, large, visits) for one, other in zip(*acts, strict=True)
        ]
    finally:
        logging.disable(logging.NOTSET)


def _compared(
    one: Act, small: BaseDatabaseWrapper, other: Act, large: BaseDatabaseWrapper, visits: int
) -> ComparedAct:
    sides = [(one, small, Measured()), (other, large, Measured())]
    for visit in range(WARM_UP + visits):
        # The order alternates, so that other load on the machine affects both.
        for act, there, measured in sides if visit % 2 else reversed(sides):
            with using(there):
                measured.add(act, visit, keep=visit >= WARM_UP)
    found = ComparedAct(one.name, sides[0][2].figures(), sides[1][2].figures())
    return found if found.is_met else replace(found, worst=_worst(other, large, WARM_UP + visits))


class Measured:
    """What was measured of one act in one database."""

    def __init__(self) -> None:
        self.took: list[float] = []
        self.buffers: list[float] = []
        self.queries: list[int] = []

    def add(self, act: Act, visit: int, *, keep: bool) -> None:
        """Do the act once, and measure it."""
        with _counted() as found, _queries_counted() as asked:
            begun = time.perf_counter()
            act.do(visit)
            took = (time.perf_counter() - begun) * 1000
        if keep:
            self.took.append(took)
            self.buffers += found
            self.queries += asked

    def figures(self) -> Figures:
        percentiles = statistics.quantiles(self.took, n=20, method="inclusive")
        return Figures(
            statistics.median(self.took),
            percentiles[-1],
            statistics.median(self.buffers),
            statistics.median_high(self.queries),
        )


@contextmanager
def _counted() -> Iterator[list[float]]:
    """Yield a list, which gets the number of buffers that the block touched."""
    found: list[float] = []
    before = _buffers()
    empty = _buffers() - before
    before = _buffers()
    yield found
    found.append(_buffers() - before - empty)


def _buffers() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(BUFFERS)
        return float(cursor.fetchone()[0])


@contextmanager
def _queries_counted() -> Iterator[list[int]]:
    """Yield a list, which gets the number of queries of the block."""
    found: list[int] = []
    number = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal number
        number += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        yield found
    found.append(number)


def _worst(act: Act, there: BaseDatabaseWrapper, visit: int) -> QueryPlan | None:
    """Do the act once more; return the plan of the query that touched the most buffers."""
    with using(there):
        with CaptureQueriesContext(connection) as captured:
            act.do(visit)
        found = plans_of(captured.captured_queries)
    return max(found, key=lambda one: one.buffers, default=None)


def table(found: Sequence[ComparedAct], sizes: tuple[str, str]) -> str:
    """Return all acts as a table, with 'met' or 'NOT MET'."""
    small, large = sizes
    lines = [
        f"{'':<24}{small + ' p50':>12}{'p95':>8}{large + ' p50':>12}{'p95':>8}{'ratio':>7}"
        f"{'buffers':>9}{'':>3}{'':>7}{'ratio':>7}{'queries':>9}"
    ]
    for one in found:
        queries = str(one.large.queries)
        if one.small.queries != one.large.queries:
            queries = f"{one.small.queries}→{queries}"
        lines.append(
            f"{one.name:<24}{one.small.p50:>12.1f}{one.small.p95:>8.1f}{one.large.p50:>12.1f}"
            f"{one.large.p95:>8.1f}{one.ratio_of_times:>7.2f}{one.small.buffers:>9,.0f} →"
            f"{one.large.buffers:>8,.0f}{one.ratio:>7.2f}{queries:>9}"
            f"  {'met' if one.is_met else 'NOT MET'}"
        )
        if one.worst is not None:
            read = ", ".join(f"{rows} of {table}" for table, rows in one.worst.rows_read.items())
            lines.append(
                f"    {one.worst.milliseconds:.1f} ms, {one.worst.buffers} buffers, {read}:"
                f" {' '.join(one.worst.sql.split())[:400]}"
            )
    return "\n".join(lines)


def as_json(found: Sequence[ComparedAct]) -> list[dict[str, Any]]:
    """Return the same as values for JSON."""
    return [
        {**asdict(one), "ratio": one.ratio, "times": one.ratio_of_times, "met": one.is_met}
        for one in found
    ]


def busiest_desk() -> Organization:
    """Return the site with the most open cases."""
    held = Correction.objects.open().values("holder").annotate(cases=Count("pk"))
    return Organization.objects.get(pk=held.order_by("-cases", "holder")[0]["holder"])


def _pools() -> dict[int, int]:
    """Return how many cases without a site there are below each organization that has some."""
    pooled = Correction.objects.open().filter(
        triage_due_at__isnull=False, holder__part_of__kind=CENTRE
    )
    counted = pooled.values_list("holder__part_of").annotate(cases=Count("pk"))
    return dict(counted.order_by("-cases", "holder__part_of"))


def _session(organization: Organization, role: str) -> Sender:
    member = Membership.objects.live().filter(organization=organization, role=role)
    user = member.select_related("user").order_by("pk")[0].user
    [sender] = people.signed_in([user], SessionKind.STAFF, ["password", "mfa"])
    return sender


def _swept() -> None:
    sweep.sweep()


def _client(who: Sender) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = who.session
    return client


def _headers() -> dict[str, Any]:
    host = next((host for host in settings.ALLOWED_HOSTS if host != "*"), "localhost")
    return {"secure": settings.SECURE_SSL_REDIRECT, "headers": {"host": host}}


def _open(url: str, who: Sender) -> None:
    answer = _client(who).get(url, **_headers())
    if answer.status_code != 200 or not answer.getvalue():
        raise RuntimeError(f"{url} answered {answer.status_code}")


def _post(request: Request) -> None:
    answer = _client(request.sender).post(request.path, request.form, **_headers())
    if answer.status_code != 302:
        raise RuntimeError(f"{request.path} answered {answer.status_code}")
