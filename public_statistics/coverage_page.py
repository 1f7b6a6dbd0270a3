"""The public coverage as text, a chart and files. Names and order of FIELDS must not change."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from public_statistics import coverage
from public_statistics.coverage import COUNTRY, NO_PROVINCE
from public_statistics.models import PublishedCoverage
from public_statistics.presentation import LICENCE, month_name
from vaxreg import charts, ui
from vaxreg.spreadsheets.writing import PERCENT, Cell, SheetColumn

FORMAT = 1
# Days between the dates written under the chart.
TICK_DAYS = 7
FIELDS = (
    *("day", "part", "area_code", "area_name", "adults", "one_dose", "share_one_dose"),
    *("complete", "share_complete", "doses", "doses_that_day"),
)
MEANINGS: dict[str, StrOrPromise] = {
    "day": gettext_lazy("The day until whose end is counted, such as 2021-10-31."),
    "part": gettext_lazy("country, province, or no_province: people whose province is not known."),
    "area_code": gettext_lazy("Code of the province from the General Statistics Office."),
    "area_name": gettext_lazy("Name of the province."),
    "adults": gettext_lazy("Residents of 18 years and older; empty if not known."),
    "one_dose": gettext_lazy("People who had their first dose at 18 or older; rounded."),
    "share_one_dose": gettext_lazy("one_dose divided by adults; 1 is everybody."),
    "complete": gettext_lazy(
        "People who completed the primary series at 18 or older; rounded. That is the second dose"
        " for most vaccines, the first for Janssen, the third for Abdala."
    ),
    "share_complete": gettext_lazy("complete divided by adults; 1 is everybody."),
    "doses": gettext_lazy("All doses given until then, to people of any age; rounded."),
    "doses_that_day": gettext_lazy(
        "doses minus the doses published for the day before; also what was entered late."
    ),
}


def contents(shown: PublishedCoverage, month: list[PublishedCoverage]) -> dict[str, Any]:
    """Return the template context of one day; month: the published days of its month."""
    before = _before(shown.day, month)
    lines = coverage.as_data(shown, before)
    country, *parts = lines
    return {
        "day": shown.day,
        "published_at": shown.published_at,
        "headline": headline(country),
        "figures": figures(country),
        "rows": [(part_name(line), cells(line)) for line in lines if _is_worth_a_row(line)],
        "days": [
            _day_row(one, month) for one in reversed(month) if one.day.month == shown.day.month
        ],
        "trend": trend([one for one in month if one.day.month == shown.day.month]),
        "month_name": month_name(shown.day),
        "rounded_to": coverage.ROUNDED_TO,
        "most_of_zero": coverage.ROUNDED_TO // 2 - 1,
        "fields": MEANINGS.items(),
        "licence": LICENCE,
        "lacks_adults": any(line["adults"] is None for line in parts if line["area_code"]),
    }


def headline(country: dict[str, Any]) -> str:
    """Return the day in one sentence."""
    if country["share_one_dose"] is None:
        return _(
            "%(one_dose)s people of 18 and older have had a first dose, and %(complete)s have"
            " completed the primary series."
        ) % {"one_dose": ui.number(country["one_dose"]), "complete": ui.number(country["complete"])}
    return _(
        "%(one_dose)s of people of 18 and older have had a first dose, and %(complete)s have"
        " completed the primary series."
    ) % {
        "one_dose": ui.percent(country["share_one_dose"], 1),
        "complete": ui.percent(country["share_complete"], 1),
    }


def figures(country: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the country's numbers, each with its meaning."""
    found = [
        (ui.number(country["one_dose"]), _("people of 18 and older with a first dose")),
        (ui.number(country["complete"]), _("of them with the primary series complete")),
        (ui.number(country["doses"]), _("doses given in all")),
    ]
    if country["doses_that_day"] is not None:
        found.append((ui.number(country["doses_that_day"]), _("doses more than the day before")))
    return found


def trend(month: list[PublishedCoverage]) -> str:
    """Return the line chart of the country's days of a month, as SVG; "" for a single day."""
    if len(month) < 2:
        return ""
    countries = [coverage.lines_of(one)[0] for one in month]
    return charts.trend(
        [
            ("primary", _("First dose"), [line.one_dose for line in countries]),
            ("info", _("Series complete"), [line.complete for line in countries]),
        ],
        _("People of 18 and older with a first dose, and with the series complete, by day"),
        [f"{one.day:%d/%m}" if number % TICK_DAYS == 0 else "" for number, one in enumerate(month)],
    )


def part_name(line: dict[str, Any]) -> str:
    """Return the name of the part that a line is about."""
    names = {COUNTRY: _("Whole country"), NO_PROVINCE: _("Province not known")}
    return str(line["area_name"] or names.get(line["part"], line["area_code"]))


def cells(line: dict[str, Any]) -> list[str]:
    """Return the numbers of a line as words, in the order of the columns of the page."""
    shares = [line["share_one_dose"], line["share_complete"]]
    numbers = [line[name] for name in ("one_dose", "complete", "doses", "doses_that_day")]
    return [
        *("–" if share is None else ui.percent(share, 1) for share in shares),
        *("–" if number is None else ui.number(number) for number in numbers),
    ]


def description(url: str) -> dict[str, str | int]:
    """Return the metadata of the file: what it contains, source, address of the page."""
    return {
        "title": "Sổ Tiêm: vaccination coverage by province and day",
        "source": "Sổ Tiêm, Bộ Y tế",
        "url": url,
        "license": LICENCE,
        "format": FORMAT,
        "rounded_to": coverage.ROUNDED_TO,
    }


def header() -> list[SheetColumn | str]:
    """Return the column titles for people, in the order of rows()."""
    return [
        _("Day"),
        _("Area code"),
        _("Area"),
        _("Residents of 18 and older"),
        _("First dose"),
        SheetColumn(_("First dose, share"), PERCENT),
        _("Series complete"),
        SheetColumn(_("Series complete, share"), PERCENT),
        _("Doses given"),
        _("Doses of the day"),
    ]


def rows(lines: list[dict[str, Any]]) -> Iterator[list[Cell]]:
    """Yield the lines with words and number formats of the active language."""
    for line in lines:
        yield [
            ui.day(date.fromisoformat(line["day"])),
            line["area_code"],
            part_name(line),
            *(line[name] for name in FIELDS[FIELDS.index("adults") :]),
        ]


def month_data(first: date, days: list[PublishedCoverage]) -> list[dict[str, Any]]:
    """Return the lines of all days since the first of a month, the oldest first.

    days: those of the month, and the day before it for the doses of its first day.
    """
    return [
        line
        for one in days
        if one.day >= first
        for line in coverage.as_data(one, _before(one.day, days))
    ]


def _before(day: date, days: list[PublishedCoverage]) -> PublishedCoverage | None:
    return next((one for one in days if (day - one.day).days == 1), None)


def _day_row(one: PublishedCoverage, days: list[PublishedCoverage]) -> dict[str, Any]:
    return {"date": one.day, **coverage.as_data(one, _before(one.day, days))[0]}


def _is_worth_a_row(line: dict[str, Any]) -> bool:
    return line["part"] != NO_PROVINCE or any(line[name] for name in ("one_dose", "doses"))
