"""Charts drawn on the server as SVG or HTML tables; `<c-bars>` and `<c-heat>` print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vaxreg import ui

LEVELS = 5


@dataclass(frozen=True)
class BarPart:
    """A segment of a bar, in SVG units (the chart has 100); `tone`: late-1 … late-3, ok, info."""

    x: str
    width: str
    tone: str
    title: str


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart; href is of its label, number_href of its value."""

    label: str
    value: float
    parts: Sequence[BarPart]
    href: str = ""
    note: str = ""
    number_href: str = ""


def bars(
    rows: Sequence[tuple[str, Sequence[tuple[str, str, float]], str]], *, note: str = ""
) -> list[Bar]:
    """Return horizontal bars on a common scale.

    Each row is (label, pieces, href); a piece is (tone, tooltip, value).
    """
    top = max(
        (sum(value for _tone, _words, value in pieces) for _label, pieces, _href in rows), default=0
    )
    drawn = []
    for label, pieces, href in rows:
        x = 0.0
        parts = []
        for tone, words, value in pieces:
            width = value / top * 100 if top else 0.0
            if width:
                parts.append(
                    BarPart(_svg_number(x), _svg_number(width), tone, f"{label}: {words} {value:g}")
                )
            x += width
        total = sum(value for _tone, _words, value in pieces)
        drawn.append(Bar(label, total, parts, href, note))
    return drawn


def spark(
    values: Sequence[float], label: str, top: float | None = None, tone: str = "primary"
) -> SafeString:
    """Draw a sparkline as SVG; the same `top` gives neighbouring sparklines a common scale."""
    width, height, pad = 120, 32, 4
    peak = max([*values, 1]) if top is None else max(top, 1)
    step = (width - 2 * pad) / max(len(values) - 1, 1)
    points = [
        (pad + index * step, height - pad - value / peak * (height - 2 * pad))
        for index, value in enumerate(values)
    ]
    last = points[-1] if points else (pad, height - pad)
    return format_html(
        '<svg class="spark spark--{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img">'
        '<title>{}</title><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="3"/></svg>',
        tone,
        width,
        height,
        width,
        height,
        label,
        " ".join(f"{_svg_number(x)},{_svg_number(y)}" for x, y in points),
        _svg_number(last[0]),
        _svg_number(last[1]),
    )


@dataclass(frozen=True)
class Multiple:
    """One of several small charts, usually on the same scale."""

    label: str
    value: float
    chart: SafeString
    href: str = ""


def small_multiples(
    rows: Sequence[tuple[str, Sequence[float], str]],
    *,
    own_scale: bool = False,
    words: Sequence[str] = (),
) -> list[Multiple]:
    """Return a sparkline for each (label, values, href), on one scale unless `own_scale`.

    words: for each row a sentence for screen readers; without it they read out the values.
    """
    top = (
        None
        if own_scale
        else max((max(values, default=0) for _label, values, _href in rows), default=0)
    )
    read = words or [
        f"{label}: " + ", ".join(f"{value:g}" for value in values) for label, values, _ in rows
    ]
    return [
        Multiple(label, values[-1] if values else 0, spark(values, sentence, top), href)
        for (label, values, href), sentence in zip(rows, read, strict=True)
    ]


@dataclass(frozen=True)
class HeatCell:
    """A cell of a heat map: its value, its shade (0: none, to 5: darkest) and its link."""

    value: float
    level: int
    href: str = ""


@dataclass(frozen=True)
class Heat:
    """A heat map as an HTML table; a row is (label, cells, href)."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[HeatCell], str]]


def heat(
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float]]],
    links: Sequence[tuple[str, Sequence[str]]] = (),
) -> Heat:
    """Shade each value by its share of the largest value.

    links: for each row its href and those of its cells; a cell of 0 gets no link.
    """
    top = max((max(values, default=0) for _label, values in rows), default=0)
    nowhere = [("", [""] * len(values)) for _label, values in rows]
    return Heat(
        columns,
        [
            (
                label,
                [
                    HeatCell(value, -int(-value * LEVELS // top) if top else 0, to if value else "")
                    for value, to in zip(values, cells, strict=True)
                ],
                href,
            )
            for (label, values), (href, cells) in zip(rows, links or nowhere, strict=True)
        ],
    )


def trend(
    series: Sequence[tuple[str, str, Sequence[float]]],
    label: str,
    ticks: Sequence[str] = (),
    unit: str = "",
) -> SafeString:
    """Draw one line for each (tone, name, values) over the same days, with both axes.

    ticks: words under the points. unit: what the numbers at the left count. The name of a line
    stands at its right end; on a phone it is left out there, so that a legend must say it too.
    """
    width, height, left, right, top, floor = 640, 300, 66, 120, 50, 28
    peak = max((max(values, default=0) for _tone, _name, values in series), default=0)
    marks = _axis_marks(peak)
    count = max((len(values) for _tone, _name, values in series), default=0)
    step = (width - left - right) / max(count - 1, 1)

    def y_of(value: float) -> float:
        return top + (1 - value / marks[-1]) * (height - floor - top)

    lines = [
        [(left + index * step, y_of(value)) for index, value in enumerate(values)]
        or [(left, y_of(0))]
        for _tone, _name, values in series
    ]
    labels = _spread_labels([points[-1][1] + 5 for points in lines], lowest=height - floor)

    def line(
        tone: str, name: str, points: Sequence[tuple[float, float]], label_y: float
    ) -> tuple[str, ...]:
        x, y = points[-1]
        path = " ".join(f"{_svg_number(px)},{_svg_number(py)}" for px, py in points)
        return (
            tone,
            name,
            path,
            _svg_number(x),
            _svg_number(y),
            _svg_number(x + 9),
            _svg_number(label_y),
            name,
        )

    drawn = format_html_join(
        "",
        '<g class="trend__line trend__line--{}"><title>{}</title><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="3.5"/><text class="trend__name" x="{}" y="{}">{}</text></g>',
        (
            line(tone, name, points, label_y)
            for (tone, name, _values), points, label_y in zip(series, lines, labels, strict=True)
        ),
    )
    below = format_html_join(
        "",
        '<text class="trend__tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (_svg_number(left + index * step), str(height - 4), tick)
            for index, tick in enumerate(ticks)
            if tick
        ),
    )
    beside = format_html_join(
        "",
        '<line class="trend__floor" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="trend__tick" x="{}" y="{}" text-anchor="end">{}</text>',
        (
            (
                left,
                width - right,
                _svg_number(y_of(mark)),
                _svg_number(y_of(mark)),
                left - 8,
                _svg_number(y_of(mark) + 5),
                _axis_number(mark),
            )
            for mark in marks
        ),
    )
    return format_html(
        '<svg class="trend" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<text class="trend__tick" x="0" y="20">{}</text>{}{}{}</svg>',
        width,
        height,
        label,
        unit,
        beside,
        drawn,
        below,
    )


def axis_top(peak: float) -> int:
    """Return the number at which an axis for values up to `peak` ends."""
    return _axis_marks(peak)[-1]


def _axis_marks(peak: float) -> list[int]:
    """Return three to five round numbers from 0 to `peak` or a little more: 0, 20, 40."""
    step = 1
    while step * 4 < peak:
        # 1, 2, 5, 10, 20, 50 and so on.
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return [step * place for place in range(max(2, -int(-peak // step)) + 1)]


def _axis_number(value: int) -> str:
    """Return a number for an axis; from ten thousand on in thousands or millions."""
    for size, words in ((1_000_000, _("%(number)s m")), (1_000, _("%(number)s k"))):
        if value >= size and value >= 10_000:
            return words % {"number": ui.number(round(value / size, 1), value % size != 0)}
    return ui.number(value)


def _spread_labels(wanted: Sequence[float], *, lowest: float, apart: float = 17) -> list[float]:
    """Return y positions (pixels, downwards) near the wanted ones, each at least `apart` away.

    The order from top to bottom is kept; no position is below `lowest`.
    """
    found = list(wanted)
    order = sorted(range(len(found)), key=lambda place: found[place])
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + apart)
    limit = lowest
    for place in reversed(order):
        found[place] = min(found[place], limit)
        limit = found[place] - apart
    return found


def _svg_number(value: float) -> str:
    """Format a number for SVG, which needs a decimal point whatever the page's language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
