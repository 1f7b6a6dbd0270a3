"""The addresses of a report: its filters, how each part is shown, and the list behind a number.

Everything that a report page can show stands in its address, so that it can be sent to a colleague
and comes back the same. What is left as it was at first does not stand there.
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
    """Which report: of which part of one's area, through which filters, shown in which way.

    tables: names of the parts that are shown as a table. own_scale: each small chart has a scale of
    its own. shade: what the tiles of the map show. sort: a column of the league, with "-" before it
    the greatest first.
    """

    filters: Filters
    under: Organization | None = None
    tables: frozenset[str] = frozenset()
    own_scale: bool = False
    shade: str = ""
    sort: str = ""

    def narrowing(self) -> Query:
        """Return what says which cases are counted; lists and files take it over."""
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

    def report(self, part: str = "") -> str:
        """Return where this report stands, as it is shown, from a part of it on."""
        query = self.narrowing() + self._shown()
        return _with(reverse("oversight"), query) + (f"#{part}" if part else "")

    def _shown(self) -> Query:
        """Return what says how the report is shown."""
        query = [("table", name) for name in sorted(self.tables)]
        if self.own_scale:
            query.append(("scale", "own"))
        if self.shade:
            query.append(("shade", self.shade))
        if self.sort:
            query.append(("sort", self.sort))
        return query

    def but(self, **changes: Any) -> "Address":
        """Return the address with something else about how it is shown."""
        return replace(self, **changes)

    def through(self, **changes: Any) -> "Address":
        """Return the address with other filters."""
        return replace(self, filters=replace(self.filters, **changes))

    def of_part(self, organization: Organization) -> "Address":
        """Return the report of a part of this one. Communes are those of one district only."""
        return replace(
            self, under=organization, filters=replace(self.filters, communes=()), sort=""
        )

    def file(self, part: str, ending: str) -> str:
        """Return where the numbers of a part can be had as a file: csv or xlsx."""
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
        """Return the list behind a number: of a row, or of the whole report.

        day: of one day; what lies there, at its end. weekday: of that day of the week, Monday being
        0. age: how late, by the names of words.ages().
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
        """Return the report of a part, or the page of a desk."""
        if row.is_part:
            said = self._said
            return f"{said.report}?under={organization_of(row).public_id}{said.filters}{said.shown}"
        return reverse("oversight-site", args=[organization_of(row).public_id])

    @cached_property
    def _said(self) -> "_Said":
        """What the addresses of all rows have in common: a page has some thousand of them."""
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
    """Pieces of addresses, written once: the paths, and what follows in their queries, from "&" on.

    narrowing: of the whole report. filters, shown: of any of its rows; communes and the order are
    left behind.
    """

    report: str
    cases: str
    narrowing: str
    filters: str
    shown: str


def organization_of(row: ReportRow) -> Organization:
    """Return whose line it is; only the total of several areas is nobody's."""
    if row.organization is None:
        raise ValueError("a total of several organizations is a line of none")
    return row.organization


def site_list(organization: Organization) -> Callable[[str], str]:
    """Return the addresses of the lists on the page of one desk."""
    page = reverse("oversight-site", args=[organization.public_id])
    return lambda tab: f"{page}?tab={tab}#cases"


def _and(query: Query) -> str:
    return f"&{urlencode(query)}" if query else ""


def _with(path: str, query: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(query)}" if query else path
