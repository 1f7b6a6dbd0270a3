"""What health officers did about the cases of an organization, as text for reports.

Reminders, cases given away or taken over, notes. An act belongs to the row of the organization that
held the case at that time, so that it is still shown when the case has left.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.clocks.deadlines import REPEAT_AFTER
from corrections.lifecycle import Party
from corrections.models import CorrectionEvent
from organizations.scope import Scope
from review.models import OfficerNote
from vaxreg import ui

# "Lately" in a report: the time until a site may be reminded again.
LATELY = REPEAT_AFTER
# The time that the page of one site shows.
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class OfficerAct:
    """An act about an organization; kind: a step of lifecycle.STEPS, or "note".

    at: when it was done the last time. cases: number of cases, or number of notes.
    """

    kind: str
    at: datetime
    cases: int
    text: str

    @property
    def icon(self) -> str:
        """The name of its icon."""
        return ICONS[self.kind]


ICONS = {
    "remind": "bell-ring",
    "reassign": "arrow-right-left",
    "take_over": "gavel",
    "note": "message-circle",
}


def done_at(scope: Scope, now: datetime, within: timedelta = LATELY) -> dict[int, list[OfficerAct]]:
    """Return the acts within that time, the latest first, by row of the report.

    Keys are ids of organizations as in Scope.unit: above a district the part of the scope, else the
    holder itself. The number of queries does not depend on the data.
    """
    acts: dict[int, list[OfficerAct]] = {}
    for row in _steps(scope, now - within):
        words = _WORDS[row["step"]](row, now)
        act = OfficerAct(row["step"], row["last"], row["cases"], words)
        acts.setdefault(int(row["unit"]), []).append(act)
    for row in _notes(scope, now - within):
        act = OfficerAct("note", row["last"], row["written"], _written(row, now))
        acts.setdefault(int(row["unit"]), []).append(act)
    return {unit: sorted(done, key=lambda act: act.at, reverse=True) for unit, done in acts.items()}


def _steps(scope: Scope, since: datetime) -> Iterable[Any]:
    """Return counts of the officers' steps since then, by holder at that time."""
    return (
        CorrectionEvent.objects.filter(
            inside(scope, "holder"),
            step__in=("remind", "reassign", "take_over"),
            party=Party.OVERSEER,
            at__gt=since,
        )
        .order_by()
        .annotate(unit=scope.unit(), to=Cast(KeyTextTransform("to", "data"), TextField()))
        .values("unit", "step", "to")
        .annotate(cases=Count("correction", distinct=True), last=Max("at"))
    )


def _notes(scope: Scope, since: datetime) -> Iterable[Any]:
    return (
        OfficerNote.objects.filter(inside(scope, "organization"), at__gt=since)
        .order_by()
        .annotate(unit=scope.unit("organization"))
        .values("unit")
        .annotate(
            written=Count("pk"),
            unread=Count("pk", filter=Q(read_at=None)),
            last=Max("at"),
            officer=Max("by__full_name"),
        )
    )


def inside(scope: Scope, field: str) -> Q:
    """Return the condition "within the scope"; field: the lookup of the organization."""
    found = Q(pk__in=[])
    for top in scope.tops:
        found |= Q(**{field: top}) if scope.alone else Q(**{f"{field}__path__startswith": top.path})
    return found


def _reminded(row: Any, now: datetime) -> str:
    return ngettext(
        "Reminded %(when)s of %(cases)s case",
        "Reminded %(when)s of %(cases)s cases",
        row["cases"],
    ) % {"when": lately(row["last"], now), "cases": ui.number(row["cases"])}


def _given(row: Any, now: datetime) -> str:
    return ngettext(
        "%(cases)s case given to %(organization)s %(when)s",
        "%(cases)s cases given to %(organization)s %(when)s",
        row["cases"],
    ) % {
        "when": lately(row["last"], now),
        "cases": ui.number(row["cases"]),
        "organization": row["to"],
    }


def _taken_over(row: Any, now: datetime) -> str:
    return ngettext(
        "%(cases)s case taken over by %(organization)s %(when)s",
        "%(cases)s cases taken over by %(organization)s %(when)s",
        row["cases"],
    ) % {
        "when": lately(row["last"], now),
        "cases": ui.number(row["cases"]),
        "organization": row["to"],
    }


def _written(row: Any, now: datetime) -> str:
    values = {
        "when": lately(row["last"], now),
        "officer": row["officer"],
        "notes": ui.number(row["written"]),
        "unread": ui.number(row["unread"]),
    }
    if row["written"] == 1 and row["unread"]:
        return _("Note written by %(officer)s %(when)s, not read yet") % values
    if row["written"] == 1:
        return _("Note written by %(officer)s %(when)s, read since") % values
    if row["unread"]:
        return _("%(notes)s notes written, the last %(when)s; %(unread)s not read yet") % values
    return _("%(notes)s notes written, the last %(when)s; all read") % values


_WORDS: dict[str, Callable[[Any, datetime], str]] = {
    "remind": _reminded,
    "reassign": _given,
    "take_over": _taken_over,
}


def lately(moment: datetime, now: datetime) -> str:
    """Return a recent moment as people say it: today at 08:05."""
    values = {"time": ui.time(moment)}
    days = (timezone.localdate(now) - timezone.localdate(moment)).days
    if days == 0:
        return _("today at %(time)s") % values
    if days == 1:
        return _("yesterday at %(time)s") % values
    return ui.minute(moment)
