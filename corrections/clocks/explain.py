"""Explains a due time line by line: started, paused, resumed, changed by a rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from corrections.models import Clock, ClockChange, Correction, Policy
from vaxreg import ui


@dataclass(frozen=True)
class DueTimeLine:
    """One line of the explanation: what happened, from when to when, and by how much due moved."""

    text: str
    at: datetime
    until: datetime | None = None
    adds: timedelta | None = None
    is_result: bool = False


@dataclass(frozen=True)
class ClockExplanation:
    """A clock with the lines that explain its due time, in the reader's language."""

    clock: Clock
    title: str
    lines: list[DueTimeLine]


def explain(case: Correction, now: datetime) -> list[ClockExplanation]:
    """Return for each clock of a case the lines that explain its due time."""
    found = case.clocks.select_related("policy", "holder").prefetch_related(
        "pauses", "changes__old_policy", "changes__new_policy"
    )
    return [
        ClockExplanation(clock, str(clock.get_kind_display()), _lines(clock, now))
        for clock in found
    ]


def _lines(clock: Clock, now: datetime) -> list[DueTimeLine]:
    changes = list(clock.changes.all())
    changed = sum((one.new_due_at - one.old_due_at for one in changes), timedelta(0))
    begun = _("Recorded by the system") if clock.number == 1 else _("Opened again")
    first = changes[0].old_policy if changes else clock.policy
    lines = [
        DueTimeLine(begun, clock.started_at),
        DueTimeLine(_allowed(clock, first), clock.started_at, adds=clock.length - changed),
    ]
    for one in clock.pauses.all():
        end = one.until or min(now, one.ends_at)
        text = (
            _("Stood still: %(why)s") % {"why": one.get_ended_by_display()}
            if one.until
            else _("Stands still: the question is not answered yet")
        )
        lines.append(DueTimeLine(text, one.since, end, end - one.since))
    lines += [
        DueTimeLine(_changed(one), one.at, adds=one.new_due_at - one.old_due_at) for one in changes
    ]
    lines.append(DueTimeLine(_("Due"), clock.due_at, is_result=True))
    if clock.stopped_at:
        how = _("Stopped: %(how)s") % {"how": clock.get_stopped_how_display()}
        lines.append(DueTimeLine(how, clock.stopped_at, adds=clock.stopped_at - clock.due_at))
    return lines


def _changed(one: ClockChange) -> str:
    if one.old_policy == one.new_policy:
        return _("The calendar of working days changed: %(why)s") % {"why": one.why}
    return _("The rules changed from version %(old)s to %(new)s: %(why)s") % {
        "old": one.old_policy.version,
        "new": one.new_policy.version,
        "why": one.why,
    }


def _allowed(clock: Clock, policy: Policy) -> str:
    if clock.kind == Clock.Kind.STATUTORY:
        days = policy.statutory_working_days
        return ngettext(
            "%(days)s working day, not counting the day of receipt (rules, version %(version)s)",
            "%(days)s working days, not counting the day of receipt (rules, version %(version)s)",
            days,
        ) % {"days": days, "version": policy.version}
    hours = policy.review_hours if clock.kind == Clock.Kind.REVIEW else policy.appeal_hours
    return ngettext(
        "%(hours)s hour, nights and holidays included (rules, version %(version)s)",
        "%(hours)s hours, nights and holidays included (rules, version %(version)s)",
        hours,
    ) % {"hours": hours, "version": policy.version}


@dataclass(frozen=True)
class ClockLine:
    """One line of the explanation; `adds`: by how much due moved, in words."""

    text: str
    at: datetime
    until: datetime | None
    adds: str
    is_result: bool


@dataclass(frozen=True)
class ClockFile:
    """One clock of a case with its lines; paused_at: start of the running pause."""

    title: str
    clock: Clock
    paused_at: datetime | None
    lines: list[ClockLine]


def clock_files(case: Correction, now: datetime) -> list[ClockFile]:
    """Return every clock of a case with its lines, oldest first."""
    return [
        ClockFile(
            title=account.title,
            clock=account.clock,
            paused_at=_paused_at(case, account.clock),
            lines=list(_clock_lines(account.lines)),
        )
        for account in explain(case, now)
    ]


def _paused_at(case: Correction, one: Clock) -> datetime | None:
    runs = one.stopped_at is None and one.kind != Clock.Kind.STATUTORY
    return case.paused_at if runs else None


def _clock_lines(lines: list[DueTimeLine]) -> Iterator[ClockLine]:
    is_due = False
    for line in lines:
        adds = "" if line.adds is None else _added(line.adds, counts_from_due=is_due)
        yield ClockLine(line.text, line.at, line.until, adds, line.is_result)
        is_due = is_due or line.is_result


def _added(time: timedelta, *, counts_from_due: bool) -> str:
    words = {"duration": ui.duration(time)}
    if counts_from_due:
        if time > timedelta(0):
            return _("%(duration)s late") % words
        return _("%(duration)s before the deadline") % words
    return ("+ " if time >= timedelta(0) else "– ") + words["duration"]
