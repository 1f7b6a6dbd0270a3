"""Charts drawn on the server as SVG or HTML tables; `<c-bars>` and `<c-heat>` print them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

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
    """One row of a bar chart."""

    label: str
    value: float
    parts: Sequence[BarPart]
    href: str = ""
    note: str = ""


def bars(
    rows: Sequence[tuple[str, Sequence[tuple[str, str, float]], str]], *, note: str = ""
) -> list[Bar]:
    """Return horizontal bars on a common scale.

    Each row is (label, pieces, href); a piece is (tone, tooltip, value).
    """
    top = max((sum(value for _tone, _words, value in pieces) for _, pieces, _ in rows), default=0)
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
        '<svg class="spark spark--{}" viewBox="0 0 {} {}" width="{}" height="{}" role="img"'
        ' aria-label="{}"><title>{}</title><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="3"/></svg>',
        tone,
        width,
        height,
        width,
        height,
        label,
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
    top = None if own_scale else max((max(values, default=0) for _, values, _ in rows), default=0)
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
    top = max((max(values, default=0) for _, values in rows), default=0)
    nowhere = [("", [""] * len(values)) for _, values in rows]
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
    series: Sequence[tuple[str, str, Sequence[float]]], label: str, ticks: Sequence[str] = ()
) -> SafeString:
    """Draw one line for each (tone, name, values) over the same days, the name at its right end."""
    width, height, left, right, floor = 640, 220, 8, 120, 24
    peak = max((max(values, default=0) for _, _, values in series), default=0) or 1
    count = max((len(values) for _, _, values in series), default=0)
    step = (width - left - right) / max(count - 1, 1)
    lines = [
        [
            (left + index * step, 12 + (1 - value / peak) * (height - floor - 20))
            for index, value in enumerate(values)
        ]
        or [(left, height - floor)]
        for _, _, values in series
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
        '<circle cx="{}" cy="{}" r="3.5"/><text x="{}" y="{}">{}</text></g>',
        (
            line(tone, name, points, label_y)
            for (tone, name, _), points, label_y in zip(series, lines, labels, strict=True)
        ),
    )
    marks = format_html_join(
        "",
        '<text class="trend__tick" x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (_svg_number(max(left + index * step, 18)), str(height - 4), tick)
            for index, tick in enumerate(ticks)
            if tick
        ),
    )
    return format_html(
        '<svg class="trend" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="trend__floor" x1="{}" x2="{}" y1="{}" y2="{}"/>{}{}</svg>',
        width,
        height,
        label,
        left,
        width - right,
        height - floor,
        height - floor,
        drawn,
        marks,
    )


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
