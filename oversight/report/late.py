"""The worst rows of a report: how much is overdue there, what was done, and the press that acts."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from django.urls import reverse

from oversight.report import charts
from oversight.report.address import Address, organization_of
from oversight.report.officer_actions import OfficerAct
from oversight.report.parts import Acts
from reporting.report import Report, ReportRow
from vaxreg.charts import Bar

# More are on the page of the part.
WORST = 10


@dataclass(frozen=True)
class LateRow:
    """A row with overdue cases: its bar and what officers did lately.

    remind_url: a press reminds the site of all that is overdue. ask_url: shows first how many sites
    below would be reminded. queue_url: the officer's own desk.
    """

    bar: Bar
    acts: Sequence[OfficerAct]
    remind_url: str = ""
    ask_url: str = ""
    queue_url: str = ""


def worst(
    report: Report, address: Address, acts: Acts, own_desks: AbstractSet[int]
) -> list[LateRow]:
    """Return the ten rows with most overdue cases. own_desks: where the officer works."""
    rows = report.late_rows[:WORST]
    return [
        replace(
            _act(row, own_desks),
            bar=bar,
            acts=acts.get(organization_of(row).pk, ()),
        )
        for row, bar in zip(rows, charts.bars(report, address, WORST), strict=True)
    ]


def _act(row: ReportRow, own_desks: AbstractSet[int]) -> LateRow:
    site = organization_of(row)
    nothing = LateRow(Bar("", 0, ()), ())
    if site.pk in own_desks:
        return replace(nothing, queue_url=f"{reverse('queue')}?tab=overdue")
    if row.is_part:
        return replace(nothing, ask_url=reverse("oversight-remind-all", args=[site.public_id]))
    if row.reminded is not None and row.reminded.cases >= row.queue.overdue:
        # Of everything there somebody has reminded within 24 hours.
        return nothing
    return replace(nothing, remind_url=reverse("oversight-remind-site", args=[site.public_id]))
