"""What happened to a case, step by step, with its clocks: as the verbs and the sweep write it.

No database. A story is told from the filing on; each step of `lifecycle` changes what it changes
there: the status, the version, the holder, the clocks. The sweep's acts are put in between.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from corrections.actions import moves_version
from corrections.clocks import deadlines
from corrections.clocks.deadlines import Addressee
from corrections.clocks.milestones import Told
from corrections.lifecycle import CLOSED, DECIDED, STEPS, Party, Status
from corrections.models import Clock, Pause

# The sweep comes each minute.
SWEPT = timedelta(seconds=40)
Kind, Stop = Clock.Kind, Clock.Stop


@dataclass(frozen=True)
class ToldEvent:
    """A row of the history. holder: only of acts of health officers."""

    step: str
    before: str
    after: str
    party: Party
    at: datetime
    by: int | None = None
    organization: int | None = None
    holder: int | None = None
    remark: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class ToldClock:
    """A clock, and when it was paused, if it was."""

    kind: Clock.Kind
    started_at: datetime
    due_at: datetime
    length: timedelta
    stopped_at: datetime | None = None
    stopped_how: str = ""
    holder: int | None = None
    paused_at: datetime | None = None
    pause_ends_at: datetime | None = None
    resumed_at: datetime | None = None
    ended_by: str = ""
    passed: int = 0
    next_at: datetime | None = None


@dataclass
class ToldHolding:
    organization: int
    since: datetime
    opens: bool
    until: datetime | None = None


@dataclass(frozen=True)
class ToldBreach:
    clock: ToldClock
    rung: str
    at: datetime
    holder: int | None
    escalated_to: int | None
    written_at: datetime


@dataclass
class Story:
    """One case. Times only go forward; after `end` nothing more is told."""

    received_at: datetime
    length: timedelta
    statutory_due_at: datetime
    events: list[ToldEvent] = field(default_factory=list)
    clocks: list[ToldClock] = field(default_factory=list)
    holdings: list[ToldHolding] = field(default_factory=list)
    breaches: list[ToldBreach] = field(default_factory=list)
    status: Status = Status.RECEIVED
    version: int = 1
    reviewer: int | None = None
    picked_up_at: datetime | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None
    answer_by: datetime | None = None

    def file(self, by: int, words: str, data: dict[str, Any]) -> None:
        at = self.received_at
        self.events.append(
            ToldEvent("file", "", Status.RECEIVED, Party.CITIZEN, at, by, remark=words, data=data)
        )
        self.clocks = [
            ToldClock(Kind.REVIEW, at, at + self.length, self.length),
            ToldClock(Kind.STATUTORY, at, self.statutory_due_at, self.statutory_due_at - at),
        ]

    @property
    def holder(self) -> int | None:
        return self.holdings[-1].organization if self.holdings else None

    @property
    def running(self) -> ToldClock:
        """The newest clock that sets the deadline."""
        return next(one for one in reversed(self.clocks) if one.kind != Kind.STATUTORY)

    def hand_over(self, to: int, at: datetime, *, opens: bool) -> None:
        if self.holdings and self.holdings[-1].until is None:
            self.holdings[-1].until = at
        self.holdings.append(ToldHolding(to, at, opens))

    def take(
        self,
        step: str,
        at: datetime,
        party: Party,
        *,
        by: int | None = None,
        organization: int | None = None,
        remark: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """Take a step of the life cycle."""
        before = self.status
        self.status = STEPS[step].reaches or before
        overseen = self.holder if party == Party.OVERSEER else None
        self.events.append(
            ToldEvent(
                step, before, self.status, party, at, by, organization, overseen, remark, data or {}
            )
        )
        self.version += moves_version(step, party)
        if step == "pick_up":
            self.reviewer, self.picked_up_at = by, at
        elif self.status not in CLOSED and self.status != before:
            self.reviewer = self.picked_up_at = None
        if step in ("ask", "keep"):
            self._stop(at, Stop.ANSWERED, Kind.STATUTORY)
        if self.status in CLOSED and before not in CLOSED:
            self._close(at, by)

    def pause(self, at: datetime, cap: timedelta) -> None:
        """Pause the running clock, because a question was asked."""
        self.running.paused_at, self.running.pause_ends_at = at, at + cap
        self.answer_by = at + deadlines.ANSWER_TIME

    def resume(self, at: datetime) -> None:
        """End the pause at its cap."""
        clock = self.running
        if clock.paused_at is None or clock.pause_ends_at is None:
            return
        clock.resumed_at = min(at, clock.pause_ends_at)
        clock.ended_by = Pause.End.CAP if at >= clock.pause_ends_at else Pause.End.MOVED_ON
        clock.due_at += clock.resumed_at - clock.paused_at
        self.answer_by = None

    def appeal(self, to: int, at: datetime, length: timedelta) -> None:
        """Open the case again for the level above, with a clock of its own."""
        self.hand_over(to, at, opens=True)
        self.clocks.append(ToldClock(Kind.APPEAL, at, at + length, length))
        self.decided_by = self.decided_at = None

    def end(self, until: datetime, above: Callable[[int, Addressee], Told]) -> None:
        """Put in what the sweep did: reminders, breaches; set the next milestones."""
        swept = [event for clock in self.clocks for event in self._swept(clock, until, above)]
        # A verb first does what the sweep has not done yet.
        self.events = sorted([*swept, *self.events], key=lambda one: one.at)

    def _close(self, at: datetime, by: int | None) -> None:
        how = {Status.WITHDRAWN: Stop.WITHDRAWN, Status.EXPIRED: Stop.EXPIRED}.get(
            self.status, Stop.DECIDED
        )
        if self.status in DECIDED:
            self.decided_by, self.decided_at = by, at
        self.resume(at)
        for kind in Kind:
            self._stop(at, how, kind)
        if self.holdings:
            self.holdings[-1].until = at

    def _stop(self, at: datetime, how: str, kind: str) -> None:
        for one in self.clocks:
            if one.kind == kind and one.stopped_at is None:
                one.stopped_at, one.stopped_how, one.holder = at, how, self.holder

    def _swept(
        self, clock: ToldClock, until: datetime, above: Callable[[int, Addressee], Told]
    ) -> list[ToldEvent]:
        end = min(clock.stopped_at or until, until)
        found = []
        for milestone in deadlines.milestones_of(is_statutory=clock.kind == Kind.STATUTORY):
            moment = milestone.moment(clock.due_at, clock.length)
            is_before_pause = clock.paused_at is None
            if clock.paused_at is not None:
                shift = (clock.resumed_at - clock.paused_at) if clock.resumed_at else timedelta(0)
                is_before_pause = moment - shift < clock.paused_at
                moment = moment - shift if is_before_pause else moment
            stands_still = not is_before_pause and clock.resumed_at is None
            if stands_still or moment >= end:
                open_and_running = clock.stopped_at is None and not stands_still
                clock.next_at = moment if open_and_running else None
                break
            clock.passed += 1
            at = min(moment + SWEPT, end)
            holder = self._held_by(at)
            told = above(holder, milestone.tells) if holder is not None else Told(None)
            if milestone.is_breach:
                self.breaches.append(
                    ToldBreach(clock, milestone.name, moment, holder, told.organization, at)
                )
            status = self._status_at(at)
            if milestone.is_breach or status != Status.RECEIVED:
                step = "escalate" if milestone.is_breach else "remind"
                data = {"milestone": milestone.name}
                if told.nobody_at:
                    data["nobody_at"] = told.nobody_at
                found.append(
                    ToldEvent(
                        step, status, status, Party.SYSTEM, at,
                        organization=told.organization, data=data,
                    )
                )  # fmt: skip
        return found

    def _status_at(self, at: datetime) -> str:
        return [one.after for one in self.events if one.at < at][-1]

    def _held_by(self, at: datetime) -> int | None:
        held = [one.organization for one in self.holdings if one.since < at]
        return held[-1] if held else None
