"""The public statistics as text, charts and files, for the page and its downloads.

The names and the order of FIELDS must not change: other programs read the files
(docs/statistics.md).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django_stubs_ext import StrOrPromise

from public_statistics import publish
from public_statistics.disclosure import FEWEST_HIDDEN_ROWS, SMALL
from public_statistics.models import PublishedFigures
from public_statistics.publish import Part
from vaxreg import charts, ui
from vaxreg.spreadsheets.writing import HOURS, PERCENT, Cell, SheetColumn

FORMAT = 1
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
# How many provinces have a bar; the table has all of them.
MOST_BARS = 15
# Months in the line chart: one year, and the same month of the year before.
MOST_MONTHS = 13

FIELDS = (
    *("month", "part", "area_code", "area_name", "received", "decided", "in_time", "missed"),
    *("share_in_time", "median_hours", "p90_hours"),
)
MEANINGS: dict[str, StrOrPromise] = {
    "month": gettext_lazy("Month of Việt Nam’s time, such as 2026-10."),
    "part": gettext_lazy("country, province, or national_desks: the hotline and the ministry."),
    "area_code": gettext_lazy("Code of the province from the General Statistics Office."),
    "area_name": gettext_lazy("Name of the province."),
    "received": gettext_lazy("Proposals that came in; one that is opened again counts again."),
    "decided": gettext_lazy("Proposals that were decided."),
    "in_time": gettext_lazy("Deadlines that fell into the month and were kept."),
    "missed": gettext_lazy(
        "Deadlines that fell into the month and were missed, wherever the proposal lay then."
    ),
    "share_in_time": gettext_lazy("in_time divided by in_time + missed, from 0 to 1."),
    "median_hours": gettext_lazy("Half of what was decided took no more than so many hours."),
    "p90_hours": gettext_lazy("90% of what was decided took no more than so many hours."),
}


def contents(month: date, lines: list[PublishedFigures]) -> dict[str, Any]:
    """Return the template context of one month."""
    country, *parts = lines
    course = [line for line in publish.country(MOST_MONTHS) if line.missed is not None]
    return {
        "name": month_name(month),
        "published_at": country.published_at,
        "headline": headline(country),
        "figures": figures(country),
        "country": country,
        "rows": [(part_name(line), line) for line in lines],
        "bars": bars(parts),
        "course": [(f"{line.month:%m/%Y}", line) for line in course],
        "trend": trend(course) if len(course) > 1 else "",
        "trend_legend": [("info", _("Received")), ("over", _("Missed"))],
        "held_back": sum(not line.is_complete for line in parts),
        "small": SMALL,
        "fewest": FEWEST_HIDDEN_ROWS,
        "fields": MEANINGS.items(),
        "licence": LICENCE,
    }


def headline(country: PublishedFigures) -> str:
    """Return the month as one sentence."""
    share = country.share_in_time
    if share is None or country.in_time is None or country.missed is None:
        return _("Too few deadlines fell into this month to be published.")
    return ngettext(
        "%(share)s of %(due)s deadline was kept.",
        "%(share)s of %(due)s deadlines were kept.",
        country.in_time + country.missed,
    ) % {"share": ui.percent(share, 1), "due": ui.number(country.in_time + country.missed)}


def figures(country: PublishedFigures) -> list[tuple[str, str, str]]:
    """Return the country's numbers, each with its meaning and a note."""
    nine_tenths = ""
    if country.p90_hours is not None:
        nine_tenths = _("90%% within %(hours)s") % {"hours": _hours(country.p90_hours)}
    return [
        (_count(country.received), _("proposals received"), ""),
        (_count(country.decided), _("proposals decided"), ""),
        (_count(country.missed), _("deadlines missed"), ""),
        (_hours(country.median_hours), _("median time to a decision"), nine_tenths),
    ]


def bars(parts: list[PublishedFigures]) -> list[charts.Bar]:
    """Return bars of kept and missed deadlines of the provinces with most deadlines."""
    known = [line for line in parts if line.in_time is not None and line.missed is not None]
    known = [line for line in known if line.share_in_time is not None]
    known.sort(key=lambda line: -((line.in_time or 0) + (line.missed or 0)))
    drawn = [
        (
            part_name(line),
            [("ok", _("kept"), line.in_time or 0), ("over", _("missed"), line.missed or 0)],
            "",
        )
        for line in known[:MOST_BARS]
    ]
    return charts.bars(drawn)


def trend(course: list[PublishedFigures]) -> str:
    """Return the line chart of the country's months, as SVG."""
    return charts.trend(
        [
            ("info", _("Received"), [line.received or 0 for line in course]),
            ("over", _("Missed"), [line.missed or 0 for line in course]),
        ],
        _("Proposals received and deadlines missed, by month"),
        # The year is shown only where it begins: there is no space for more.
        [
            f"{line.month:%m/%y}" if line.month.month == 1 or not number else f"{line.month:%m}"
            for number, line in enumerate(course)
        ],
        _("proposals and deadlines"),
    )


def part_name(line: PublishedFigures) -> str:
    """Return the name of the part that a row is about."""
    return line.area_name or {
        Part.COUNTRY: _("Whole country"),
        Part.NATIONAL_DESKS: _("National level"),
    }.get(Part(line.part), line.area_code)


def month_name(month: date) -> str:
    return formats.date_format(month, pgettext("date format of a month", "F Y"))


def as_data(line: PublishedFigures) -> dict[str, str | int | float | None]:
    """Return a row for programs: FIELDS, with None for hidden figures."""
    share = line.share_in_time
    return {
        "month": f"{line.month:%Y-%m}",
        "part": line.part,
        "area_code": line.area_code,
        "area_name": line.area_name,
        "received": line.received,
        "decided": line.decided,
        "in_time": line.in_time,
        "missed": line.missed,
        "share_in_time": None if share is None else round(share, 4),
        "median_hours": None if line.median_hours is None else float(line.median_hours),
        "p90_hours": None if line.p90_hours is None else float(line.p90_hours),
    }


def description(url: str) -> dict[str, str | int]:
    """Return the metadata of the file: what it contains, source, address of this description."""
    return {
        "title": "Sổ Tiêm: how proposals to correct vaccination records are answered",
        "source": "Sổ Tiêm, Bộ Y tế",
        "url": url,
        "license": LICENCE,
        "format": FORMAT,
        "held_back": "null: a count from 1 to 9, or one that would let somebody work it out",
    }


def header() -> list[SheetColumn | str]:
    """Return the column titles for people, in the order of rows()."""
    return [
        _("Month"),
        _("Area code"),
        _("Area"),
        _("Received"),
        _("Decided"),
        _("Deadlines kept"),
        _("Deadlines missed"),
        SheetColumn(_("Share in time"), PERCENT),
        SheetColumn(_("Median hours"), HOURS),
        SheetColumn(_("90 percent within (hours)"), HOURS),
    ]


def rows(lines: list[PublishedFigures]) -> Iterator[list[Cell]]:
    """Yield the rows with words and number formats of the active language."""
    for line in lines:
        data = as_data(line)
        yield [
            f"{line.month:%m/%Y}",
            line.area_code,
            part_name(line),
            *(data[name] for name in FIELDS[FIELDS.index("received") :]),
        ]


def _count(count: int | None) -> str:
    return "–" if count is None else ui.number(count)


def _hours(hours: Any) -> str:
    if hours is None:
        return "–"
    return _("%(number)s h") % {"number": ui.number(hours, 1)}
