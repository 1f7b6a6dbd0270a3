"""Presentation of a coverage report: sentences, tables, bars and lines for the page and files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from uptake.access import CoveragePlace
from uptake.models import Band, Measure
from uptake.reports import Count, Coverage, CoverageCount, TrendPoint
from vaxreg import charts, ui
from vaxreg.spreadsheets.writing import PERCENT, Cell, Sheet, SheetColumn

# Returns the URL of the page of a place.
Address = Callable[[CoveragePlace], str]

TONES = {Measure.ONE_DOSE: "primary", Measure.COMPLETE: "info", Measure.BOOSTER: "booster"}
# Days between the dates written under the chart of days.
TICK_DAYS = {30: 7, 90: 21}


@dataclass(frozen=True)
class CoverageFigure:
    """A share with its counts; without a population, the count only."""

    value: str
    label: str
    note: str


@dataclass(frozen=True)
class CoverageRow:
    """A row for a part or an age band. Cells are (measure, people, share in words)."""

    name: str
    url: str
    population: int | None
    cells: list[tuple[str, int, str]]


@dataclass(frozen=True)
class Chart:
    """A chart as SVG, and its content in words."""

    drawing: str
    words: str


@dataclass(frozen=True)
class TrendRow:
    """A day or month of the table by day; cells are (measure, new people, people by then)."""

    name: str
    cells: list[tuple[str, int, int]]


def headline(report: Coverage) -> str:
    """Return the report in one sentence."""
    counts = report.whole.counts
    if not counts[Measure.ONE_DOSE].people:
        return _("%(place)s: nobody with a verified dose until the end of %(day)s.") % {
            "place": report.place.name,
            "day": ui.day(report.filters.day),
        }
    words = {
        "place": report.place.name,
        **{measure: _share_or_number(count) for measure, count in counts.items()},
    }
    if report.whole.population:
        return (
            _(
                "%(place)s: %(one_dose)s of the population have had at least one dose,"
                " %(complete)s have completed the primary series, %(booster)s have had a booster."
            )
            % words
        )
    return (
        _(
            "%(place)s: people with at least one dose %(one_dose)s, with a complete primary series"
            " %(complete)s, with a booster %(booster)s."
        )
        % words
    )


def figures(report: Coverage) -> list[CoverageFigure]:
    return [
        CoverageFigure(_share_or_number(count), str(Measure(measure).label), _stands_on(count))
        for measure, count in report.whole.counts.items()
    ]


def parts_in_order(report: Coverage, measure: str) -> list[CoverageCount]:
    """Return the parts, the lowest share of this measure first, parts without a population last.

    Parts without a population and without anybody counted are left out.
    """
    known = [line for line in report.parts if not _is_unknown(line)]
    return sorted(known, key=lambda line: _order(line, measure))


def part_rows(parts: Iterable[CoverageCount], address: Address) -> list[CoverageRow]:
    return [_row(line, _url(line, address)) for line in parts]


def unknown_parts(report: Coverage, address: Address) -> list[tuple[str, str]]:
    """Return (name, URL or "") of parts without a population and without anybody counted."""
    return [
        (line.place.name, _url(line, address))
        for line in report.parts
        if line.place and _is_unknown(line)
    ]


def band_rows(report: Coverage) -> list[CoverageRow]:
    """Return a row for each age band, the youngest first."""
    return [_row(line) for line in report.bands]


@dataclass(frozen=True)
class CoverageBars:
    """Bars with what a full one is; is_share: percent of the population, otherwise people."""

    rows: list[charts.Bar]
    axis: str
    is_share: bool


def part_bars(parts: Sequence[CoverageCount], measure: str, address: Address) -> CoverageBars:
    """Return those with a population as bars of shares; without any, all of them by people."""
    known = [line for line in parts if line.population]
    return _bars(known or list(parts), measure, address)


def band_bars(report: Coverage, measure: str) -> CoverageBars:
    """Return the age bands as bars, the youngest first."""
    return _bars(report.bands, measure, lambda _place: "")


def _bars(lines: list[CoverageCount], measure: str, address: Address) -> CoverageBars:
    is_share = bool(lines) and all(line.population for line in lines)
    most = max((line.counts[measure].people for line in lines), default=0)
    drawn = []
    for line in lines:
        count = line.counts[measure]
        percent = 100 * (count.share or 0)
        value = percent if is_share else count.people
        length = min(percent, 100) if is_share else 100 * count.people / (most or 1)
        title = f"{_name(line)}: {_stands_on(count)}"
        part = charts.BarPart("0", f"{length:.1f}", "ok", title)
        note = _stands_on(count) if is_share else ""
        drawn.append(charts.Bar(_name(line), value, [part], _url(line, address), note))
    axis = ui.percent(1) if is_share else _("%(people)s people") % {"people": ui.number(most)}
    return CoverageBars(drawn, axis, is_share)


def _url(line: CoverageCount, address: Address) -> str:
    return address(line.place) if line.place and line.place.has_page else ""


def total_lines(report: Coverage) -> Chart:
    """Draw the cumulative number of people for each measure."""
    series = [
        (TONES[measure], str(measure.label), [step.total[measure] for step in report.steps])
        for measure in Measure
    ]
    last = report.steps[-1].total
    words = _("In the end: %(numbers)s.") % {
        "numbers": ", ".join(f"{one.label} {ui.number(last[one])}" for one in Measure)
    }
    return Chart(charts.trend(series, words, _ticks(report), _("people")), words)


def legend(report: Coverage) -> list[tuple[str, str]]:
    """Return (tone, name) of each line of total_lines with its last number."""
    last = report.steps[-1].total
    return [(TONES[measure], f"{measure.label}: {ui.number(last[measure])}") for measure in Measure]


def new_line(report: Coverage, measure: str) -> Chart:
    """Draw the number of people who reached one measure on each day, or in each month."""
    name = str(Measure(measure).label)
    values = [step.new[measure] for step in report.steps]
    most = max(report.steps, key=lambda step: step.new[measure])
    words = _("Most of them: %(most)s (%(when)s).") % {
        "most": ui.number(most.new[measure]),
        "when": _moment_name(most, is_month=not report.filters.period),
    }
    lines = [(TONES[Measure(measure)], name, values)]
    return Chart(charts.trend(lines, f"{name}. {words}", _ticks(report), _("people")), words)


def trend_rows(report: Coverage) -> list[TrendRow]:
    """Return the days or months as rows, the latest first."""
    return [
        TrendRow(
            _moment_name(step, is_month=not report.filters.period),
            [(str(measure.label), step.new[measure], step.total[measure]) for measure in Measure],
        )
        for step in reversed(report.steps)
    ]


def parts_sheet(report: Coverage) -> Sheet:
    """Return the parts and the whole as a table for a file."""
    header = [SheetColumn(_("Code")), SheetColumn(_("Area")), *_count_columns()]
    lines = [*report.parts, report.whole]
    rows = [[line.place.code if line.place else "", _name(line), *_cells(line)] for line in lines]
    return Sheet(_("By area"), header, rows)


def bands_sheet(report: Coverage) -> Sheet:
    """Return the age bands as a table for a file."""
    header = [SheetColumn(_("Age")), *_count_columns()]
    return Sheet(_("By age"), header, [[_name(line), *_cells(line)] for line in report.bands])


def days_sheet(days: Iterable[TrendPoint]) -> Sheet:
    """Return every day as a table for a file."""
    header = [SheetColumn(_("Day"))]
    for measure in Measure:
        values = {"measure": measure.label}
        header.append(SheetColumn(_("%(measure)s, new") % values))
        header.append(SheetColumn(_("%(measure)s, by then") % values))
    rows: Iterator[list[Cell]] = (
        [step.day, *(n for one in Measure for n in (step.new[one], step.total[one]))]
        for step in days
    )
    return Sheet(_("By day"), header, rows)


def _count_columns() -> list[SheetColumn]:
    columns = [SheetColumn(_("Population"))]
    for measure in Measure:
        columns.append(SheetColumn(str(measure.label)))
        columns.append(SheetColumn(_("%(measure)s, share") % {"measure": measure.label}, PERCENT))
    return columns


def _cells(line: CoverageCount) -> list[Cell]:
    cells: list[Cell] = [line.population]
    for count in line.counts.values():
        cells += [count.people, count.share]
    return cells


def _row(line: CoverageCount, url: str = "") -> CoverageRow:
    cells = [
        (str(Measure(measure).label), count.people, _percent(count))
        for measure, count in line.counts.items()
    ]
    return CoverageRow(_name(line), url, line.population, cells)


def _is_unknown(line: CoverageCount) -> bool:
    return line.population is None and not any(one.people for one in line.counts.values())


def _name(line: CoverageCount) -> str:
    if line.band:
        return str(Band(line.band).label)
    return line.place.name if line.place else _("Area not known more closely")


def _order(line: CoverageCount, measure: str) -> tuple[bool, bool, float, int]:
    count = line.counts[measure]
    # Without a population by number of people, the most first; the unknown place last.
    return (line.place is None, count.share is None, count.share or 0, -count.people)


def _share_or_number(count: Count) -> str:
    return ui.number(count.people) if count.share is None else _percent(count)


def _percent(count: Count) -> str:
    return "" if count.share is None else ui.percent(count.share, 1)


def _stands_on(count: Count) -> str:
    if not count.population:
        return _("people; the population is not known")
    return _("%(people)s of %(population)s people") % {
        "people": ui.number(count.people),
        "population": ui.number(count.population),
    }


def _ticks(report: Coverage) -> list[str]:
    """Return the labels under the points: the year at each January, or a day now and then."""
    if not report.filters.period:
        return [f"{step.day:%Y}" if step.day.month == 1 else "" for step in report.steps]
    every = TICK_DAYS[report.filters.period]
    return [
        f"{step.day:%d/%m}" if number % every == 0 else ""
        for number, step in enumerate(report.steps)
    ]


def _moment_name(step: TrendPoint, *, is_month: bool) -> str:
    return f"{step.day:%m/%Y}" if is_month else ui.day(step.day)
