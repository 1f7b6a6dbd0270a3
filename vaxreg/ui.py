"""How the pages speak: the clock's wording, dates, numbers and what every page is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import phonenumbers
from django.conf import settings
from django.utils import formats, timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

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
    """The telephone line printed on every page: as people read it, and as a `tel:` link."""

    display: str
    tel: str
    hours: str


def hotline() -> Hotline:
    """The national line, from the settings."""
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
    """One deadline in words: what `<c-sla>` shows."""

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
        """Name of the icon that goes with the state; never colour alone."""
        return ICONS[self.state]

    @property
    def live(self) -> bool:
        """Whether the wording changes while the page is open."""
        return self.state in {"ok", "soon", "over"}

    @property
    def counts(self) -> str:
        """In which words the time since filing goes on counting while the page is open."""
        return "sinceFiling" if self.live else "inAll" if self.state == "paused" else ""


def deadline_words(
    *,
    received: dt.datetime,
    due: dt.datetime,
    closed: dt.datetime | None = None,
    paused: dt.datetime | bool | None = None,
    now: dt.datetime | None = None,
) -> DeadlineWords:
    """Put a deadline into words. Overdue means now > due; closed counts before paused.

    Both times are told: that of the clock, which may stand still, and that since filing.
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
        words = _("Waiting for the citizen")
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


def clock_words() -> dict[str, str]:
    """The phrases of a running clock, for the script that re-words it in the page's language."""
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
    """Length of time in words, rounded down to the minute; from three days on to the hour."""
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
    """To the minute, with the weekday: 14:30 Thứ Bảy 21/11/2026 (time of Viet Nam)."""
    return formats.date_format(_local(value), "H:i l d/m/Y")


def minute(value: dt.datetime) -> str:
    """To the minute, without the weekday: 14:30 21/11/2026."""
    return formats.date_format(_local(value), "H:i d/m/Y")


def time(value: dt.datetime) -> str:
    """Only the time of day: 14:30."""
    return formats.date_format(_local(value), "H:i")


def day(value: dt.date) -> str:
    """Only the date: 21/11/2026."""
    return formats.date_format(_local(value), "d/m/Y")


def _local(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def number(value: float, decimals: int = 0) -> str:
    """A number as people of the page's language write it: 1.234 or 21,4 in Vietnamese."""
    if isinstance(value, int) and not decimals and -1000 < value < 1000:
        # Written alike in every language of ours; a report has some thousand of them.
        return str(value)
    return formats.number_format(value, decimals, use_l10n=True, force_grouping=True)


def percent(share: float, decimals: int = 0) -> str:
    """A share between 0 and 1 as a percentage."""
    return pgettext("percentage", "%(number)s%%") % {"number": number(share * 100, decimals)}


def phone(value: str) -> str:
    """E.164 as people write it in Viet Nam: +84912345678 becomes 0912 345 678."""
    try:
        parsed = phonenumbers.parse(value, "VN")
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    home = parsed.country_code == 84
    return phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)


def masked_phone(value: str) -> str:
    """Enough of a phone number for its owner to know it: 09•• ••• 678."""
    shown = phone(value)
    digits = [index for index, char in enumerate(shown) if char.isdigit()]
    hidden = set(digits[2:-3])
    return "".join("•" if index in hidden else char for index, char in enumerate(shown))


def choice(label: StrOrPromise, hint: StrOrPromise) -> StrPromise:
    """Label of a radio button or checkbox with a second, quieter line; translated when shown."""
    return cast("StrPromise", lazy(_choice, str)(label, hint))


def _choice(label: StrOrPromise, hint: StrOrPromise) -> str:
    return format_html(
        '<span class="choice__label">{}</span> <span class="choice__hint">{}</span>', label, hint
    )


@dataclass(frozen=True)
class FieldError:
    """One line of the error summary; `target` is the id of the control to jump to, or empty.

    `label` leads in to the message and is empty when the message names its field itself.
    """

    target: str
    label: str
    message: str


def form_errors(form: forms.BaseForm) -> Iterator[FieldError]:
    """Everything wrong with a form, in the order of its fields."""
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
    """The field's name before its message, unless the message says it already."""
    if not label or label.casefold() in message.casefold():
        return ""
    return label if label.endswith("?") else f"{label.rstrip('.:')}:"
