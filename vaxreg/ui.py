"""Wording of the pages: deadlines, durations, dates, numbers, and the context of every page."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import phonenumbers
from django.conf import settings
from django.utils import formats, timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override, pgettext

from vaxreg.typed.dates import PartialDate, Precision

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise, StrPromise

SOON = dt.timedelta(hours=12)

LESS_THAN_A_MINUTE = gettext_noop("less than a minute")
MINUTES = gettext_noop("%(minutes)d min")
HOURS = gettext_noop("%(hours)d h %(minutes)02d min")
DAYS = gettext_noop("%(days)d days")
DAYS_HOURS = gettext_noop("%(days)d days %(hours)d h")
LEFT = gettext_noop("%(duration)s left")
OVER = gettext_noop("Overdue by %(duration)s")
SINCE_FILING = gettext_noop("%(duration)s since filing")
IN_ALL = gettext_noop("%(duration)s in all")

ICONS = {
    "ok": "clock",
    "soon": "clock",
    "over": "triangle-alert",
    "met": "circle-check",
    "missed": "circle-x",
    "paused": "circle-pause",
}


@dataclass(frozen=True)
class Hotline:
    """The hotline number on every page: as people read it, and as a `tel:` link."""

    display: str
    tel: str
    hours: str


def hotline() -> Hotline:
    """Return the national hotline from the settings."""
    return Hotline(settings.HOTLINE_DISPLAY, f"tel:{settings.HOTLINE_TEL}", settings.HOTLINE_HOURS)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what base.html needs on every page."""
    return {
        "hotline": hotline(),
        "demo": settings.DEMO,
        "csp_nonce": getattr(request, "csp_nonce", ""),
    }


@dataclass(frozen=True)
class DeadlineWords:
    """One deadline in words, shown by `<c-sla>`."""

    state: str
    words: str
    until: str
    total: str
    due: dt.datetime
    received: dt.datetime
    hours_used: int
    hours_given: int

    @property
    def icon(self) -> str:
        """Name of the icon of this state: colour alone must not carry the meaning."""
        return ICONS[self.state]

    @property
    def live(self) -> bool:
        """Whether the wording changes while the page is open."""
        return self.state in {"ok", "soon", "over"}

    @property
    def counts(self) -> str:
        """The phrase that the script updates: sinceFiling (running), inAll (paused) or ""."""
        return "sinceFiling" if self.live else "inAll" if self.state == "paused" else ""


def deadline_words(
    *,
    received: dt.datetime,
    due: dt.datetime,
    closed: dt.datetime | None = None,
    paused: dt.datetime | bool | None = None,
    now: dt.datetime | None = None,
) -> DeadlineWords:
    """Return a deadline in words. Overdue means now > due; closed takes priority over paused.

    Both times are given: the time left, which may be paused, and the time since filing.
    """
    now = now or timezone.now()
    until = _("until %(time)s") % {"time": when(due)}
    total = _(SINCE_FILING) % {"duration": duration(now - received)}
    if closed is not None:
        if closed <= due:
            state = "met"
            words = _("Done in %(duration)s") % {"duration": duration(closed - received)}
            total = ""
        else:
            state = "missed"
            words = _("Done %(duration)s late") % {"duration": duration(closed - due)}
            total = _(IN_ALL) % {"duration": duration(closed - received)}
        until = _("finished %(time)s") % {"time": when(closed)}
    elif paused:
        state = "paused"
        words = _("Question not answered yet")
        until = ""
        total = _(IN_ALL) % {"duration": duration(now - received)}
    elif now > due:
        state = "over"
        words = _(OVER) % {"duration": duration(now - due)}
        until = _("was due %(time)s") % {"time": when(due)}
    else:
        state = "soon" if due - now <= SOON else "ok"
        words = _(LEFT) % {"duration": duration(due - now)}
    given = max(due - received, dt.timedelta(minutes=1))
    used = min((closed or now) - received, given)
    return DeadlineWords(
        state=state,
        words=words,
        until=until,
        total=total,
        due=due,
        received=received,
        hours_used=max(0, round(used / given * 100)),
        hours_given=100,
    )


def deadline_phrases() -> dict[str, str]:
    """Return the phrases with which the script updates a deadline in the page's language."""
    return {
        "less": _(LESS_THAN_A_MINUTE),
        "minutes": _(MINUTES),
        "hours": _(HOURS),
        "days": _(DAYS),
        "daysHours": _(DAYS_HOURS),
        "left": _(LEFT),
        "over": _(OVER),
        "sinceFiling": _(SINCE_FILING),
        "inAll": _(IN_ALL),
    }


def duration(value: dt.timedelta) -> str:
    """Return a duration in words, rounded down to minutes; from three days on to hours."""
    minutes = int(abs(value).total_seconds()) // 60
    if minutes < 1:
        return _(LESS_THAN_A_MINUTE)
    if minutes < 60:
        return _(MINUTES) % {"minutes": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 72:
        return _(HOURS) % {"hours": hours, "minutes": minutes}
    days, hours = divmod(hours, 24)
    return _(DAYS_HOURS if hours else DAYS) % {"days": days, "hours": hours}


def when(value: dt.datetime) -> str:
    """Date and time to the minute, with weekday: 14:30 Thứ Bảy 21/11/2026 (Vietnam time)."""
    return formats.date_format(_local(value), "H:i l d/m/Y")


def minute(value: dt.datetime) -> str:
    """Date and time to the minute, without weekday: 14:30 21/11/2026 (Vietnam time)."""
    return formats.date_format(_local(value), "H:i d/m/Y")


def told(value: dt.datetime) -> str:
    """When somebody told something; the day alone at midnight, which stands for no time noted."""
    return day(value) if timezone.localtime(value).time() == dt.time() else minute(value)


def time(value: dt.datetime) -> str:
    """Time of day: 14:30 (Vietnam time)."""
    return formats.date_format(_local(value), "H:i")


def day(value: dt.date) -> str:
    """Date: 21/11/2026 (Vietnam time)."""
    return formats.date_format(_local(value), "d/m/Y")


def date_in_words(value: PartialDate) -> str:
    """A date as it is said: Sunday, 20 March 2022; March 2022; 2022."""
    if value.precision == Precision.YEAR:
        return str(value.year)
    # A format as of Django's date filter; a letter that stands for itself has a backslash before.
    form = (
        pgettext("format of a date in words", r"l, j F Y")
        if value.is_whole
        else pgettext("format of a month in words", r"F Y")
    )
    return formats.date_format(value.first, form)


def _local(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def number(value: float, decimals: int = 0) -> str:
    """Format a number for the page's language: 1.234 or 21,4 in Vietnamese."""
    if isinstance(value, int) and not decimals and -1000 < value < 1000:
        # The same in both languages, and much faster; a report formats thousands of numbers.
        return str(value)
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def percent(share: float, decimals: int = 0) -> str:
    """Format a share between 0 and 1 as a percentage."""
    return pgettext("percentage", "%(number)s%%") % {"number": number(share * 100, decimals)}


def phone(value: str) -> str:
    """Format an E.164 number as written in Vietnam: +84912345678 becomes 0912 345 678."""
    try:
        parsed = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    home = parsed.country_code == 84
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


def masked_phone(value: str) -> str:
    """Mask a phone number so that only its owner recognizes it: 09•• ••• 678."""
    shown = phone(value)
    digits = [index for index, char in enumerate(shown) if char.isdigit()]
    hidden = set(digits[2:-3])
    return "".join("•" if index in hidden else char for index, char in enumerate(shown))


def masked_address(value: str) -> str:
    """Mask an IP address down to its network: 113.161.•.•, or the first 32 bits of IPv6."""
    parsed = ipaddress.ip_address(value)
    if isinstance(parsed, ipaddress.IPv6Address):
        return ":".join([*parsed.exploded.split(":")[:2], "•"])
    return ".".join([*str(parsed).split(".")[:2], "•", "•"])


def masked_email(value: str) -> str:
    """Mask an e-mail address so that only its owner recognizes it: m•••@example.vn."""
    name, at, domain = value.partition("@")
    return f"{name[:1]}•••{at}{domain}"


def in_each_language(words: Callable[[], str]) -> dict[str, str]:
    """Return the words by language code, called once in each language of the product.

    For what is stored as text and read later, perhaps by somebody of another language.
    """
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = words()
    return found


def choice(label: StrOrPromise, hint: StrOrPromise) -> StrPromise:
    """Return the label of a radio button or checkbox with a second line; translated when shown."""
    return cast("StrPromise", lazy(_choice, str)(label, hint))


def _choice(label: StrOrPromise, hint: StrOrPromise) -> str:
    return format_html(
        '<span class="choice__label">{}</span> <span class="choice__hint">{}</span>', label, hint
    )


@dataclass(frozen=True)
class FieldError:
    """One line of the error summary; `target` is the id of the field to jump to, or "".

    `label` comes before the message; it is "" when the message names the field itself.
    """

    target: str
    label: str
    message: str


def form_errors(form: forms.BaseForm) -> Iterator[FieldError]:
    """Yield all errors of a form, in the order of its fields."""
    for message in form.non_field_errors():
        yield FieldError("", "", str(message))
    for bound in form:
        target = bound.auto_id
        if bound.use_fieldset and target:
            target = f"{target}_0"
        for message in bound.errors:
            label = "" if bound.is_hidden else _lead_in(str(bound.label), str(message))
            yield FieldError("" if bound.is_hidden else target, label, str(message))


def _lead_in(label: str, message: str) -> str:
    """Return the field's name to put before its message, or "" if the message contains it."""
    if not label or label.casefold() in message.casefold():
        return ""
    return label if label.endswith("?") else f"{label.rstrip('.:')}:"
