"""Template tags and filters of the pages: `{% load ui %}`. The wording is in vaxreg.ui."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from lucide.templatetags.lucide import lucide

from vaxreg import charts, ui

if TYPE_CHECKING:
    from django import forms

register = template.Library()

register.filter("minute", ui.minute)
register.filter("clock_time", ui.time)
register.filter("percent", ui.percent)
register.filter("phone", ui.phone)
register.filter("masked_phone", ui.masked_phone)
register.simple_tag(ui.deadline_words, name="clock")
register.simple_tag(charts.spark, name="spark")
register.simple_tag(charts.trend, name="trend")


# What lucide writes into each drawing and `.icon` in base.css says once.
LOOK = {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"}


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> str:
    drawing = ElementTree.fromstring(lucide(name, size=size))  # noqa: S314 (of a package)
    look = {name: value for name, value in drawing.attrib.items() if name not in LOOK}
    lines = format_html_join("", "<{}{}/>", ((line.tag, flatatt(line.attrib)) for line in drawing))
    return format_html('<svg class="icon"{} aria-hidden="true">{}</svg>', flatatt(look), lines)


@register.simple_tag
def icon(name: str, size: int | str = 20) -> str:
    """Return a lucide icon as SVG, hidden from screen readers: there is always a text beside it."""
    return _icon(str(name), int(size))


@register.filter
def when(value: dt.datetime | dt.date | None) -> str:
    """Format date and time with the weekday; a date without time is formatted as a date."""
    if value is None:
        return "–"
    return ui.when(value) if isinstance(value, dt.datetime) else ui.day(value)


@register.filter
def day(value: dt.date | None) -> str:
    return "–" if value is None else ui.day(value)


@register.filter
def iso(value: dt.date | None) -> str:
    """Format for `<time datetime>`."""
    return "" if value is None else value.isoformat()


@register.filter
def duration(value: dt.timedelta | None) -> str:
    return "–" if value is None else ui.duration(value)


@register.filter
def number(value: float | None, decimals: int = 0) -> str:
    """Format a number for the page's language; None is shown as a dash."""
    return "–" if value is None else ui.number(value, decimals)


@register.filter
def form_errors(form: forms.BaseForm) -> list[ui.FieldError]:
    """Return the lines of the error summary."""
    return list(ui.form_errors(form))


@register.simple_tag
def deadline_phrases() -> str:
    """Return the phrases of a running deadline as JSON, for a data attribute."""
    return json.dumps(ui.deadline_phrases(), ensure_ascii=False)
