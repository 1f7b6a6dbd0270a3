"""URLs of a report: its filters, how each part is shown, and the case list of each number.

The URL contains everything that a report page shows, so that a colleague who gets it sees the same.
Default values are left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from organizations.models import Organization
from reporting.report import Filters, ReportRow

Query = list[tuple[str, str]]


@dataclass(frozen=True)
class Address:
    """What a report URL says: the organization, the filters, and how the parts are shown.

    own_scale: each small chart has its own scale. shade: what the tiles of the map show. sort: a
    column of the comparison table, with "-" for descending order.
    """

    filters: Filters
    under: Organization | None = None
    own_scale: bool = False
    shade: str = ""
    sort: str = ""

    def narrowing(self) -> Query:
        """Return the parameters that decide which cases count; lists and files use them too."""
        chosen = self.filters
        query: Query = []
        if self.under is not None:
            query.append(("under", str(self.under.public_id)))
        if chosen.days != Filters().days:
            query.append(("days", str(chosen.days)))
        if chosen.kind:
            query.append(("kind", chosen.kind))
        query += [("commune", commune.code) for commune in chosen.communes]
        if chosen.by != Filters().by:
            query.append(("by", chosen.by))
        return query

    def report(self, anchor: str = "") -> str:
        """Return the URL of the first page of this report; anchor: where to scroll to."""
        query = self.narrowing() + self._shown()
        return _with(reverse("oversight"), query) + (f"#{anchor}" if anchor else "")

    def part(self, name: str, page: int = 1) -> str:
        """Return the URL of the page of one part; page: of its table, from 1."""
        query = self.narrowing() + self._shown()
        if page > 1:
            query.append(("page", str(page)))
        return _with(reverse("oversight-part", args=[name]), query)

    def _shown(self) -> Query:
        """Return the parameters that decide how the report is shown."""
        query: Query = []
        if self.own_scale:
            query.append(("scale", "own"))
        if self.shade:
            query.append(("shade", self.shade))
        if self.sort:
            query.append(("sort", self.sort))
        return query

    def but(self, **changes: Any) -> "Address":
        """Return a copy with other display parameters."""
        return replace(self, **changes)

    def through(self, **changes: Any) -> "Address":
        """Return a copy with other filters."""
        return replace(self, filters=replace(self.filters, **changes))

    def of_part(self, organization: Organization) -> "Address":
        """Return the address for an organization below.

        Without the filter by commune, because communes belong to one district.
        """
        return replace(
            self, under=organization, filters=replace(self.filters, communes=()), sort=""
        )

    def file(self, part: str, ending: str) -> str:
        """Return the URL of a part's numbers as a file; ending: "csv" or "xlsx"."""
        query = self.narrowing()
        if self.sort:
            query.append(("sort", self.sort))
        return _with(reverse("oversight-file", args=[part, ending]), query)

    def cases(
        self,
        tab: str,
        row: ReportRow | None = None,
        *,
        day: date | None = None,
        weekday: int | None = None,
        age: str = "",
    ) -> str:
        """Return the URL of the case list of a number: of a row, or of the whole report.

        day: events of that day, or open cases at its end. weekday: 0 for Monday. age: a tone of
        words.ages().
        """
        said = self._said
        if row is None:
            url = f"{said.cases}?tab={tab}{said.narrowing}"
        else:
            whose = "under" if row.is_part else "desk"
            url = f"{said.cases}?tab={tab}&{whose}={organization_of(row).public_id}{said.filters}"
        if day is not None:
            url += f"&day={day.isoformat()}"
        if weekday is not None:
            url += f"&weekday={weekday}"
        return f"{url}&age={age}" if age else url

    def page_of(self, row: ReportRow) -> str:
        """Return the URL of the report of a row's sub-tree, or of the page of one organization."""
        if row.is_part:
            said = self._said
            return f"{said.report}?under={organization_of(row).public_id}{said.filters}{said.shown}"
        return reverse("oversight-site", args=[organization_of(row).public_id])

    @cached_property
    def _said(self) -> "_Said":
        """The parts of URLs that all rows share, cached: a page has some thousand URLs."""
        of_rows = replace(self.through(communes=()), under=None, sort="")
        return _Said(
            report=reverse("oversight"),
            cases=reverse("oversight-cases"),
            narrowing=_and(self.narrowing()),
            filters=_and(of_rows.narrowing()),
            shown=_and(of_rows._shown()),
        )


@dataclass(frozen=True)
class _Said:
    """Parts of URLs: paths, and query strings that begin with "&".

    narrowing: for the whole report. filters, shown: for a single row, without communes and order.
    """

    report: str
    cases: str
    narrowing: str
    filters: str
    shown: str


def organization_of(row: ReportRow) -> Organization:
    """Return the organization of a row. Raises ValueError for the total of several areas."""
    if row.organization is None:
        raise ValueError("a total of several organizations is a line of none")
    return row.organization


def site_list(organization: Organization) -> Callable[[str], str]:
    """Return a function from the name of a list to its URL on the page of one organization."""
    page = reverse("oversight-site", args=[organization.public_id])
    return lambda tab: f"{page}?tab={tab}#cases"


def _and(query: Query) -> str:
    return f"&{urlencode(query)}" if query else ""


def _with(path: str, query: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
