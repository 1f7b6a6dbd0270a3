"""How far the sites of an area are: a row for each part of it, the sums of what is below."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from doses.sites import KINDS_GIVING_DOSES
from organizations.models import Organization
from organizations.scope import Scope
from recording.models import Deadline, SiteDay, SiteProgress
from vaxreg import charts, db_time, tables, ui
from vaxreg.charts import Bar
from vaxreg.tables import Table

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Bars of the worst rows; all rows are in the table.
MOST_BARS = 12


@dataclass(frozen=True)
class Sums:
    """Sums of several sites. since: the first day on which doses are missing anywhere.

    behind: sites that have entered less than they gave.
    """

    given: int = 0
    covered: int = 0
    entered: int = 0
    verified: int = 0
    sites: int = 0
    behind: int = 0
    since: date | None = None

    @property
    def missing(self) -> int:
        return self.given - self.covered

    @property
    def share(self) -> float | None:
        """Entered of what was given; None where no site has said how many it gave."""
        return self.covered / self.given if self.given else None


@dataclass(frozen=True)
class ProgressRow:
    """One part of the area, or a site. has_parts: the table goes on below it."""

    organization: Organization
    sums: Sums
    has_parts: bool


@dataclass(frozen=True)
class Progress:
    """The whole area, its rows with the least entered first, and sites without a count."""

    deadline: Deadline | None
    total: Sums
    rows: Sequence[ProgressRow]
    uncounted: int

    @property
    def days_late(self) -> int:
        """Days since the deadline, while doses are missing."""
        if self.deadline is None or not self.total.missing:
            return 0
        return max((timezone.localdate(db_time.now()) - self.deadline.due_on).days, 0)


def deadlines_for(scope: Scope) -> list[Deadline]:
    """Return the deadlines that bind sites of the scope, the latest first."""
    found = Deadline.objects.in_force().select_related("binds")
    return [
        one
        for one in found
        if any(
            top.path.startswith(one.binds.path) or one.binds.path.startswith(top.path)
            for top in scope.tops
        )
    ]


def progress(scope: Scope, deadline: Deadline | None) -> Progress:
    """Return the sums of every part of the scope; without a deadline of all that was given."""
    mine = sites_in(scope, deadline)
    grouped = mine.order_by().annotate(unit=scope.unit("organization")).values("unit")
    rows_of_units = cast("Iterable[dict[str, Any]]", grouped.annotate(**_columns()))
    found = {int(row["unit"]): _sums(row) for row in rows_of_units}
    known = Organization.objects.in_bulk(found)
    with_parts = set(
        Organization.objects.filter(part_of__in=found).order_by().values_list("part_of", flat=True)
    )
    tops = {top.pk for top in scope.tops}
    rows = [
        ProgressRow(known[pk], sums, pk in with_parts and pk not in tops)
        for pk, sums in found.items()
    ]
    rows.sort(key=lambda row: (_rank(row.sums), row.organization.path))
    return Progress(deadline, _sums(mine.aggregate(**_columns())), rows, uncounted(scope, deadline))


def sites_in(scope: Scope, deadline: Deadline | None) -> "QuerySet[SiteProgress]":
    """Return how far each site of the scope is."""
    inside = Q(pk__in=[])
    for top in scope.tops:
        inside |= Q(organization__path__startswith=top.path)
    return SiteProgress.objects.filter(inside, deadline=deadline)


def without_count(scope: Scope, deadline: Deadline | None) -> "QuerySet[Organization]":
    """Return the open sites of the scope that have not said how many doses they gave.

    Of those that the deadline binds.
    """
    inside = Q(pk__in=[])
    for top in scope.tops:
        inside |= Q(path__startswith=top.path)
    counted = sites_in(scope, deadline).filter(given__gt=0)
    found = Organization.objects.open().filter(inside, kind__in=KINDS_GIVING_DOSES)
    if deadline is not None:
        found = found.filter(path__startswith=deadline.binds.path)
    return found.exclude(pk__in=counted.values("organization"))


def uncounted(scope: Scope, deadline: Deadline | None) -> int:
    return without_count(scope, deadline).count()


def days_of(site: Organization) -> "QuerySet[SiteDay]":
    """Return the days of one site."""
    return SiteDay.objects.filter(organization=site)


def sums_of(site: Organization, deadline: Deadline | None) -> Sums:
    """Return the sums of one site."""
    rows = SiteProgress.objects.filter(organization=site, deadline=deadline)
    return _sums(rows.aggregate(**_columns()))


def table(found: Progress, query: dict[str, str]) -> Table:
    """Return the rows as a table. query: what the links keep, such as the deadline."""
    columns = [
        tables.text_column(_("Organization")),
        tables.text_column(_("Code"), in_page=False),
        tables.percent_column(_("Entered")),
        tables.number_column(_("Missing")),
        tables.number_column(_("Given"), in_page=False),
        tables.number_column(_("Entered of those given"), in_page=False),
        tables.number_column(_("Entered in all"), in_page=False),
        tables.percent_column(_("Identity verified")),
        tables.number_column(_("Sites behind")),
        tables.text_column(_("Missing since")),
        tables.number_column(_("Days behind")),
    ]
    return Table(
        columns,
        [
            _line(
                tables.text_cell(row.organization.name, href(row, query)),
                row.organization.code,
                row.sums,
                found.deadline,
            )
            for row in found.rows
        ],
        _line(tables.text_cell(_("In all")), "", found.total, found.deadline),
    )


def href(row: ProgressRow, query: dict[str, str]) -> str:
    """Return where a row leads: to its parts, or to the days of the site."""
    if row.has_parts:
        kept = {**query, "under": str(row.organization.public_id)}
        return f"{reverse('back-entry')}?{urlencode(kept)}"
    return reverse("back-entry-site", args=[row.organization.public_id])


def bars(found: Progress, query: dict[str, str]) -> list[Bar]:
    """Return the percentage entered of the rows with the least, on a scale of 100."""
    drawn: list[tuple[str, list[tuple[str, str, float]], str]] = []
    words: StrOrPromise = _("percent entered")
    for row in found.rows:
        if row.sums.share is not None and row.sums.missing and len(drawn) < MOST_BARS:
            percent = int(row.sums.share * 100)
            drawn.append((row.organization.label, [("ok", str(words), percent)], href(row, query)))
    # A scale that ends at 100 needs a full bar; it is not printed.
    full = ("", [("ok", "", 100.0)], "")
    return charts.bars([*drawn, full])[:-1] if drawn else []


def _line(
    name: tables.TableCell, code: str, sums: Sums, deadline: Deadline | None
) -> list[tables.TableCell]:
    today = timezone.localdate(db_time.now())
    late = (today - deadline.due_on).days if deadline and sums.missing else 0
    return [
        name,
        tables.text_cell(code),
        tables.percent_cell(sums.covered, sums.given),
        tables.count_cell(sums.missing, kind="over" if late > 0 else ""),
        tables.count_cell(sums.given),
        tables.count_cell(sums.covered),
        tables.count_cell(sums.entered),
        tables.percent_cell(sums.verified, sums.entered),
        tables.count_cell(sums.behind),
        tables.text_cell(ui.day(sums.since) if sums.since else "–"),
        tables.count_cell(max(late, 0)),
    ]


def _columns() -> dict[str, Any]:
    return {
        "sum_given": Sum("given"),
        "sum_covered": Sum("covered"),
        "sum_entered": Sum("entered"),
        "sum_verified": Sum("verified"),
        "sites": Count("pk"),
        "behind": Count("pk", filter=Q(covered__lt=F("given"))),
        "since": Min("first_behind_on"),
    }


def _sums(row: dict[str, Any]) -> Sums:
    return Sums(
        given=row["sum_given"] or 0,
        covered=row["sum_covered"] or 0,
        entered=row["sum_entered"] or 0,
        verified=row["sum_verified"] or 0,
        sites=row["sites"],
        behind=row["behind"],
        since=row["since"],
    )


def _rank(sums: Sums) -> tuple[bool, float]:
    """Order rows: the least entered first, those without a count last."""
    return (sums.share is None, sums.share or 0.0)
