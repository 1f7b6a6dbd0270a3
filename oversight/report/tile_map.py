"""The map of provinces as tiles, shaded by the share of late cases, each a link to its report."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from organizations.models import Organization
from oversight.report import province_tiles, words
from oversight.report.address import Address, organization_of
from oversight.report.comparison import FEWEST_DEADLINES
from reporting.report import Report, ReportRow
from vaxreg import ui

# Upper limits of the late share for shades 1 to 4; above the last one the shade is 5.
STEPS = (0.05, 0.10, 0.20, 0.40)
# With fewer tiles than these no map is drawn.
LEAST_TILES = 12


@dataclass(frozen=True)
class Tile:
    """A province on the map; short: its name on narrow screens; value: the text in the tile."""

    short: str
    name: str
    value: str
    about: str
    level: int
    column: int
    row: int
    href: str


@dataclass(frozen=True)
class ShadeChoice:
    """Another measure that the tiles can show."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class ProvinceMap:
    """The map with its legend, and the rows that have no tile."""

    tiles: list[Tile]
    others: list[Tile]
    legend: list[tuple[int, str]]
    choices: list[ShadeChoice]
    title: str


@dataclass(frozen=True)
class _Shade:
    """A measure that tiles can show: how many of how many are late, and its texts."""

    label: Callable[[], str]
    late: Callable[[ReportRow], tuple[int, int]]
    is_kept: bool
    section: str


SHADES: dict[str, _Shade] = {
    "overdue": _Shade(
        lambda: _("Overdue, share of what is open"),
        lambda row: (row.queue.overdue, row.queue.open),
        False,
        "queue",
    ),
    "in_time": _Shade(
        lambda: _("Answered in time"),
        lambda row: (row.figures.held_missed, row.figures.due),
        True,
        "figures",
    ),
}
DEFAULT = "overdue"


def province_map(report: Report, address: Address) -> ProvinceMap | None:
    """Return the map of a report whose rows are provinces; None when there are too few."""
    provinces = [row for row in report.rows if _is_province(row)]
    if len(provinces) < LEAST_TILES:
        return None
    prefetch_related_objects([organization_of(row) for row in provinces], "area")
    name = address.shade or DEFAULT
    shade = SHADES[name]
    tiles = [_tile(row, shade, address) for row in report.rows]
    return ProvinceMap(
        tiles=sorted(
            (tile for tile in tiles if tile.row), key=lambda tile: (tile.row, tile.column)
        ),
        others=[tile for tile in tiles if not tile.row],
        legend=_legend(shade),
        choices=[
            ShadeChoice(str(one.label()), address.but(shade=key).report("map"), key == name)
            for key, one in SHADES.items()
        ],
        title=shade.label(),
    )


def has_failed(report: Report, address: Address) -> bool:
    """Tell whether the figures for the tiles could not be computed."""
    return SHADES[address.shade or DEFAULT].section in report.failed


def _is_province(row: ReportRow) -> bool:
    return organization_of(row).kind == Organization.Kind.PROVINCIAL_DEPARTMENT


def _tile(row: ReportRow, shade: _Shade, address: Address) -> Tile:
    area = organization_of(row).area if _is_province(row) else None
    name = area.name if area else organization_of(row).label
    column, line = province_tiles.TILES.get(area.code, (0, 0)) if area else (0, 0)
    late, base = shade.late(row)
    shown = base - late if shade.is_kept else late
    counts = words.counted(shown, base)
    # With few cases the counts are shown: a share would look more exact than it is.
    value = (
        "–"
        if not base
        else ui.percent(shown / base)
        if base >= FEWEST_DEADLINES
        else f"{shown}/{base}"
    )
    return Tile(
        short=province_tiles.short(name),
        name=name,
        value=value,
        about=counts if base else _("nothing to count"),
        level=_level(late / base) if base >= FEWEST_DEADLINES else 0,
        column=column,
        row=line,
        href=address.page_of(row),
    )


def _level(late: float) -> int:
    return 0 if not late else 1 + sum(late > step for step in STEPS)


def _legend(shade: _Shade) -> list[tuple[int, str]]:
    if shade.is_kept:
        bounds = [1 - step for step in STEPS]
        return [
            (0, _("all, or fewer than %(least)s cases") % {"least": FEWEST_DEADLINES}),
            *(
                (level, _("from %(share)s") % {"share": ui.percent(bound)})
                for level, bound in enumerate(bounds, start=1)
            ),
            (5, _("below %(share)s") % {"share": ui.percent(bounds[-1])}),
        ]
    return [
        (0, _("none, or fewer than %(least)s cases") % {"least": FEWEST_DEADLINES}),
        *(
            (level, _("up to %(share)s") % {"share": ui.percent(bound)})
            for level, bound in enumerate(STEPS, start=1)
        ),
        (5, _("over %(share)s") % {"share": ui.percent(STEPS[-1])}),
    ]
