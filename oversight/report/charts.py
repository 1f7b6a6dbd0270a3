"""The charts of a report: their data, the link of each piece, and a sentence for screen readers."""

from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from oversight.report import parts, words
from oversight.report.address import Address, organization_of
from reporting.report import Report, ReportRow
from vaxreg import charts, ui

# More bars or small charts than these are shown only in the table.
MOST_BARS = 15
MOST_SPARKS = 24
MOST_HEATED = 15
# How many days are labelled below the lines.
MOST_TICKS = 7


def bars(report: Report, address: Address, most: int = MOST_BARS) -> list[charts.Bar]:
    """Return a bar for each of the worst rows, shaded by how late the overdue cases are."""
    rows = report.late_rows[:most]
    drawn = charts.bars(
        [
            (
                organization_of(row).label,
                [
                    (tone, age, late)
                    for (tone, age), late in zip(words.ages(), words.late(row), strict=True)
                ],
                address.page_of(row),
            )
            for row in rows
        ]
    )
    return [
        replace(bar, note=_ages_of(row), number_href=address.cases("overdue", row))
        for bar, row in zip(drawn, rows, strict=True)
    ]


def bars_axis(report: Report) -> str:
    """Return what a full bar is: the number of the worst row, with its unit."""
    most = max((row.queue.overdue for row in report.rows), default=0)
    return ngettext("%(cases)s case", "%(cases)s cases", most) % {"cases": ui.number(most)}


def _ages_of(row: ReportRow) -> str:
    return " · ".join(
        f"{age}: {ui.number(late)}"
        for (_tone, age), late in zip(words.ages(), words.late(row), strict=True)
        if late
    )


def sparks(report: Report, address: Address) -> list[charts.Multiple]:
    """Return small charts of overdue cases in the last days, one per organization, on one scale."""
    rows = [row for row in report.rows if any(row.trend)]
    rows = sorted(rows, key=lambda row: -max(row.trend))[:MOST_SPARKS]
    return charts.small_multiples(
        [(organization_of(row).label, row.trend, address.page_of(row)) for row in rows],
        own_scale=address.own_scale,
        words=[_spark_words(row) for row in rows],
    )


def spark_axis(report: Report, *, own_scale: bool) -> str:
    """Return both axes of the small charts as one sentence: their days, and their top."""
    days = parts.trend_days(report)
    values = {
        "first": f"{days[-1]:%d/%m}" if days else "",
        "most": ui.number(max((max(row.trend, default=0) for row in report.rows), default=0)),
    }
    if own_scale:
        return (
            _("Cases overdue at midnight, from %(first)s to now; each line has its own scale.")
            % values
        )
    return (
        _(
            "Cases overdue at midnight, from %(first)s to now; all lines have the same scale, 0 to"
            " %(most)s cases."
        )
        % values
    )


def _spark_words(row: ReportRow) -> str:
    return _("%(name)s: %(first)s overdue 13 days ago, at most %(most)s, now %(now)s.") % {
        "name": organization_of(row).label,
        "first": ui.number(row.trend[0]),
        "most": ui.number(max(row.trend)),
        "now": ui.number(row.trend[-1]),
    }


def heat(report: Report, address: Address) -> charts.Heat:
    """Return missed deadlines by organization and day of the week, each number with a link."""
    rows = parts.missed_rows(report)[:MOST_HEATED]
    tab = parts.missed_tab(report)
    return charts.heat(
        [short for short, _long in words.weekdays()],
        [(organization_of(row).label, row.weekdays) for row in rows],
        [
            (
                address.page_of(row),
                [address.cases(tab, row, weekday=weekday) for weekday in range(7)],
            )
            for row in rows
        ],
    )


def trend_legend(report: Report) -> list[tuple[str, str]]:
    """Return tone, name and last value of each line."""
    flow = report.flow
    values = {
        "left": ui.number(flow[-1].open if flow else 0),
        "opened": ui.number(sum(one.opened for one in flow)),
        "decided": ui.number(sum(one.decided for one in flow)),
        "days": len(flow),
    }
    return [
        ("over", _("Left open: %(left)s now") % values),
        ("info", _("Received: %(opened)s in %(days)s days") % values),
        ("primary", _("Decided: %(decided)s in %(days)s days") % values),
    ]


def trend(report: Report) -> str:
    """Return the line chart of received, decided and open cases by day, as SVG."""
    flow = report.flow
    every = -(-len(flow) // MOST_TICKS) or 1
    ticks = [
        f"{one.day:%d/%m}" if (len(flow) - 1 - place) % every == 0 else ""
        for place, one in enumerate(flow)
    ]
    sentence = _(
        "In %(days)s days %(opened)s cases came and %(decided)s were decided; %(open)s are "
        "open at the end."
    ) % {
        "days": len(flow),
        "opened": ui.number(sum(one.opened for one in flow)),
        "decided": ui.number(sum(one.decided for one in flow)),
        "open": ui.number(flow[-1].open if flow else 0),
    }
    return charts.trend(
        [
            ("over", _("Left open"), [one.open for one in flow]),
            ("info", _("Received"), [one.opened for one in flow]),
            ("primary", _("Decided"), [one.decided for one in flow]),
        ],
        sentence,
        ticks,
        unit=_("cases"),
    )
