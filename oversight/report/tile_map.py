"""The map of a report as tiles, shaded by the share of late cases, each a link to its report.

Provinces lie where they lie in the country; districts of a province stand in rows, by name. What
has no share says in words why: few cases (their counts), no case, nobody invited to work yet.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
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
# With fewer provinces than these they are not laid out as a map.
LEAST_TILES = 12
# One tile has nothing to be compared with.
LEAST_DISTRICTS = 2


@dataclass(frozen=True)
class Tile:
    """A province or district; short: its name on narrow screens; value: the text in the tile.

    mark: why it has no shade: "few", "none" (no case), "uninvited" (nobody was ever invited).
    """

    short: str
    name: str
    value: str
    about: str
    level: int
    column: int
    row: int
    href: str
    mark: str = ""


@dataclass(frozen=True)
class ShadeChoice:
    """Another measure that the tiles can show."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class ProvinceMap:
    """The map with its legend, and the rows that have no tile; name: its heading.

    legend: classes and words. is_placed: the tiles lie as in the country.
    """

    tiles: list[Tile]
    others: list[Tile]
    legend: list[tuple[str, str]]
    choices: list[ShadeChoice]
    title: str
    name: str
    is_placed: bool = True


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


def province_map(
    report: Report, address: Address, invited: AbstractSet[int] | None = None
) -> ProvinceMap | None:
    """Return the map of a report whose rows are provinces or districts; None when too few are.

    invited: ids of the rows where anybody was ever invited to work; None: not known.
    """
    provinces = [row for row in report.rows if _is_province(row)]
    is_placed = len(provinces) >= LEAST_TILES
    rows = report.rows if is_placed else [row for row in report.rows if row.is_part]
    if not is_placed and len(rows) < LEAST_DISTRICTS:
        return None
    prefetch_related_objects([organization_of(row) for row in rows], "area")
    name = address.shade or DEFAULT
    shade = SHADES[name]
    tiles = [_tile(row, shade, address, invited) for row in rows]
    if is_placed:
        shown = sorted((one for one in tiles if one.row), key=lambda one: (one.row, one.column))
    else:
        by_name = sorted(
            zip(rows, tiles, strict=True), key=lambda pair: organization_of(pair[0]).search_name
        )
        shown = [tile for _row, tile in by_name]
    return ProvinceMap(
        tiles=shown,
        others=[one for one in tiles if not one.row] if is_placed else [],
        legend=_legend(shade),
        name=_("Map of the provinces") if is_placed else _("The districts at a glance"),
        is_placed=is_placed,
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


def _tile(
    row: ReportRow, shade: _Shade, address: Address, invited: AbstractSet[int] | None
) -> Tile:
    area = organization_of(row).area if row.is_part else None
    name = area.name if area else organization_of(row).label
    column, line = (
        province_tiles.TILES.get(area.code, (0, 0)) if area and _is_province(row) else (0, 0)
    )
    late, base = shade.late(row)
    shown = base - late if shade.is_kept else late
    mark = _mark(row, base, invited)
    return Tile(
        short=province_tiles.short(name),
        name=name,
        value=_value(shown, base, mark),
        about=_about(shown, base, mark),
        level=_level(late / base) if not mark else 0,
        column=column,
        row=line,
        href=address.page_of(row),
        mark=mark,
    )


def _mark(row: ReportRow, base: int, invited: AbstractSet[int] | None) -> str:
    if base >= FEWEST_DEADLINES:
        return ""
    if base:
        return "few"
    is_known = invited is None or organization_of(row).pk in invited
    return "none" if is_known else "uninvited"


def _value(shown: int, base: int, mark: str) -> str:
    # With few cases the counts are shown: a share would look more exact than it is.
    values = {"few": f"{shown}/{base}", "none": _("none"), "uninvited": _("not yet")}
    return values[mark] if mark else ui.percent(shown / base)


def _about(shown: int, base: int, mark: str) -> str:
    if mark == "uninvited":
        return _("nobody was invited to work here yet")
    return words.counted(shown, base) if base else _("no case to count")


def _level(late: float) -> int:
    return 0 if not late else 1 + sum(late > step for step in STEPS)


def _legend(shade: _Shade) -> list[tuple[str, str]]:
    if shade.is_kept:
        bounds = [1 - step for step in STEPS]
        shades = [
            ("0", _("all")),
            *(
                (str(level), _("from %(share)s") % {"share": ui.percent(bound)})
                for level, bound in enumerate(bounds, start=1)
            ),
            ("5", _("below %(share)s") % {"share": ui.percent(bounds[-1])}),
        ]
    else:
        shades = [
            ("0", _("nothing overdue")),
            *(
                (str(level), _("up to %(share)s") % {"share": ui.percent(bound)})
                for level, bound in enumerate(STEPS, start=1)
            ),
            ("5", _("over %(share)s") % {"share": ui.percent(STEPS[-1])}),
        ]
    return [
        *shades,
        ("few", _("3/5: fewer than %(least)s cases") % {"least": FEWEST_DEADLINES}),
        ("none", _("none: no case")),
        ("uninvited", _("not yet: nobody invited")),
    ]
