"""What should happen to a correction, in plain Python: no database, no code of the product.

Read beside product.md's rule; the state machine (test_life.py) compares it with the real verbs.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.corrections.life.table import TABLE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A Monday morning in Viet Nam in a week without holidays: two working days end on Wednesday night.
START = datetime(2026, 10, 19, 2, 0, tzinfo=UTC)
STATUTORY_DUE = datetime(2026, 10, 21, 17, 0, tzinfo=UTC)

ABOVE = {
    "buoi": ["tay_ho", "so_y_te", "ministry"],
    "quang_an": ["tay_ho", "so_y_te", "ministry"],
    "lang_thuong": ["dong_da", "so_y_te", "ministry"],
    "tay_ho": ["so_y_te", "ministry"],
    "dong_da": ["so_y_te", "ministry"],
    "so_y_te": ["ministry"],
    "hotline": ["ministry"],
}
SITES = {"buoi", "quang_an", "lang_thuong"}
STAFFED = {"buoi", "lang_thuong", "tay_ho", "dong_da", "so_y_te", "hotline"}
WORKS = {
    "minh": ("reviewer", "buoi"),
    "thu": ("reviewer", "buoi"),
    "tuan": ("reviewer", "lang_thuong"),
    "huong": ("officer", "tay_ho"),
    "duc": ("officer", "dong_da"),
    "phuc": ("officer", "so_y_te"),
    "mai": ("hotline", "hotline"),
}
EVERYBODY = ["lan", "binh", *WORKS]
OPEN = {"received", "queued", "in_review", "waiting", "kept", "to_countersign"}
RUNGS = {"due": timedelta(0), "three_days": 24 * HOUR, "five_days": 72 * HOUR}


def read_table() -> dict[str, tuple[set[str], set[str], str]]:
    """Return step -> (letters of parties, statuses it leaves, status it reaches)."""
    table = {}
    for line in TABLE.replace("\n                         ", " ").strip().splitlines():
        step, letters, *leaves, reaches = line.split()
        table[step] = (set(letters), set(leaves) - {"-"}, reaches)
    return table


STEPS = read_table()


class Refused(Exception):
    """The step is not to be taken now."""


@dataclass
class Life:
    """One correction as it should stand. `now` is moved by the test."""

    now: datetime = START
    status: str = "queued"
    holder: str = "buoi"
    started: datetime = START
    due: datetime = START + 48 * HOUR
    clocks: int = 1
    paused_since: datetime | None = None
    pause_used: timedelta = timedelta(0)
    answer_by: datetime | None = None
    statutory_runs: bool = True
    breaches: set[tuple[int, str, str]] = field(default_factory=set)
    bounces: int = 0
    on_appeal: bool = False
    appealed: bool = False
    reviewer: str | None = None
    picked_up: datetime | None = None
    first: str | None = None
    pending_in_part: bool = False
    deciders: set[str] = field(default_factory=set)
    decided_at: datetime | None = None
    expired_at: datetime | None = None
    confirmed: bool = False
    questions: set[str] = field(default_factory=set)
    rung_at: dict[str, datetime] = field(default_factory=dict)
    vaccine_recorded: bool = False
    date_recorded: bool = False
    revisers: set[str] = field(default_factory=set)
    held: list[str] = field(default_factory=lambda: ["buoi"])

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.paused_since is None and self.now > self.due

    def parties(self, who: str) -> set[str]:
        if who == "lan":
            return {"C"}
        if who not in WORKS:
            return set()
        role, place = WORKS[who]
        found = {"H"} if role == "hotline" else set()
        if place == self.holder:
            found.add("A" if self.on_appeal else "R")
        if role == "officer" and place in [self.holder, *ABOVE[self.holder]]:
            found.add("O")
        if self.on_appeal and who in self.deciders:
            found -= {"R", "A", "O"}
        return found

    # What happens by itself.

    def settle(self) -> None:
        """Breaches of what is behind us, in the name of who holds it now."""
        cap_ends = self._cap_ends()
        if self.paused_since and cap_ends and self.now >= cap_ends:
            self._resume()
        if self.paused_since is None:
            for rung, late in RUNGS.items():
                known = {name for number, name, _who in self.breaches if number == self.clocks}
                if rung not in known and self.now > self.due + late:
                    self.breaches.add((self.clocks, rung, self.holder))
        if self.statutory_runs and self.now > STATUTORY_DUE:
            known = {name for _number, name, _who in self.breaches}
            if "statutory" not in known:
                self.breaches.add((0, "statutory", self.holder))

    def sweep(self) -> None:
        if self.status == "waiting" and self.answer_by and self.now > self.answer_by:
            self.settle()
            self.status, self.expired_at = "expired", self.now
            self._close()
        if self.status == "in_review" and self.picked_up and self.now - self.picked_up >= HOUR / 2:
            self.settle()
            self._reach("queued")
        if self.is_open:
            self.settle()

    def _cap_ends(self) -> datetime | None:
        return self.paused_since and self.paused_since + 7 * DAY - self.pause_used

    def _resume(self) -> None:
        if self.paused_since is None:
            return
        stood_still = min(self.now, self._cap_ends() or self.now) - self.paused_since
        self.due += stood_still
        self.pause_used += stood_still
        self.paused_since = None

    def _reach(self, status: str) -> None:
        if status != "waiting" and self.status == "waiting":
            self._resume()
            self.answer_by = None
        if status not in OPEN and self.is_open:
            self.status = status
            self._close()
        if status != "to_countersign":
            self.first = None
        if status in OPEN and status != "in_review":
            self.reviewer = self.picked_up = None
        self.status = status

    def _close(self) -> None:
        self._resume()
        self.answer_by, self.statutory_runs = None, False

    def _new_clock(self) -> None:
        self.clocks += 1
        self.started, self.due = self.now, self.now + 48 * HOUR
        self.paused_since, self.pause_used = None, timedelta(0)
        self.confirmed, self.decided_at = False, None

    def _give(self, to: str) -> None:
        self.holder = to
        self.held.append(to)

    # What people do. Each raises Refused, or changes the state; a refused one is thrown away.

    def begin(self, step: str, who: str) -> set[str]:
        letters, leaves, _reaches = STEPS[step]
        parties = self.parties(who) & letters
        if not parties or self.status not in leaves:
            raise Refused
        claimed = self.picked_up is not None and self.now - self.picked_up < HOUR / 2
        at_desk = parties & {"R", "A"} and not parties & {"C", "H"}
        if at_desk and step != "note" and claimed and self.reviewer not in (None, who):
            raise Refused
        if self.is_open:
            self.settle()
        return parties

    def pick_up(self, who: str) -> None:
        self.begin("pick_up", who)
        self._reach("in_review")
        self.reviewer, self.picked_up = who, self.now

    def give_back(self, who: str) -> None:
        self.begin("give_back", who)
        self._reach("queued")

    def keep(self, who: str) -> None:
        self.begin("keep", who)
        self._reach("kept")
        self.statutory_runs = False

    def ask(self, who: str, question: str) -> None:
        if question in self.questions:
            raise Refused
        self.begin("ask", who)
        self.questions.add(question)
        self._reach("waiting")
        if self.pause_used < 7 * DAY:
            self.paused_since = self.now
        self.answer_by = self.now + 7 * DAY
        self.statutory_runs = False

    def answer(self, who: str) -> None:
        if self.expired_at and self.status == "expired" and self.now - self.expired_at > 30 * DAY:
            raise Refused
        again = self.status == "expired"
        self.begin("answer", who)
        if again:
            self._give(self.holder)
            self._new_clock()
        self._reach("queued")

    def pass_on(self, who: str, to: str | None) -> None:
        if (self.holder in SITES and self.bounces + 1 >= 3) or to is None:
            target = self._level_up()
        elif to not in STAFFED or to == self.holder:
            raise Refused
        else:
            target = to
        self.begin("pass_on", who)
        self.bounces += self.holder in SITES
        self._give(target)
        self._reach("queued")

    def _level_up(self) -> str:
        return next((one for one in ABOVE[self.holder] if one in STAFFED), "hotline")

    def accept(self, who: str, *, whole: bool) -> None:
        appeal = self.on_appeal
        step = {(True, False): "accept", (False, False): "accept_in_part"}.get(
            (whole, appeal), "overturn" if whole else "overturn_in_part"
        )
        self.begin(step, who)
        if whole and not self.date_recorded:
            self.deciders.add(who)
            self._reach("to_countersign")
            self.first, self.pending_in_part = who, False
            return
        self._has_decided(who)
        self._record(who, whole=whole)
        self._decide("accepted" if whole else "partly_accepted")

    def _record(self, who: str, *, whole: bool) -> None:
        if not self.vaccine_recorded or (whole and not self.date_recorded):
            self.revisers.add(who)
        self.vaccine_recorded = True
        self.date_recorded = self.date_recorded or whole

    def refuse(self, who: str) -> None:
        self.begin("uphold" if self.on_appeal else "refuse", who)
        self._has_decided(who)
        self._decide("upheld" if self.on_appeal else "refused")

    def cannot_confirm(self, who: str) -> None:
        self.begin("cannot_confirm", who)
        self.deciders.add(who)
        self._decide("cannot_confirm")

    def _has_decided(self, who: str) -> None:
        """Whoever decides an appeal may still call about it; who decided first has no part in it."""
        if not self.on_appeal:
            self.deciders.add(who)

    def _decide(self, status: str) -> None:
        self._reach(status)
        self.decided_at = self.now

    def countersign(self, who: str) -> None:
        if who in {self.first, *self.revisers}:
            raise Refused
        self.begin("countersign", who)
        self.deciders.add(who)
        self._record(who, whole=True)
        self._decide("accepted")

    def hand_back(self, who: str) -> None:
        if who in {self.first, *self.revisers}:
            raise Refused
        self.begin("hand_back", who)
        self._reach("queued")

    def withdraw(self, who: str) -> None:
        self.begin("withdraw", who)
        self._reach("withdrawn")

    def appeal(self, who: str) -> None:
        above = next((one for one in ABOVE[self.holder] if one in STAFFED), None)
        late = self.decided_at is None or self.now - self.decided_at > 30 * DAY
        if late or self.appealed or above is None:
            raise Refused
        self.begin("appeal", who)
        self.on_appeal = self.appealed = True
        self._give(above)
        self._new_clock()
        self._reach("queued")

    def log_disagreement(self, who: str) -> None:
        self.begin("log_disagreement", who)
        self._reach("disagreed")

    def confirm(self, who: str) -> None:
        if self.confirmed:
            raise Refused
        self.begin("confirm", who)
        self.confirmed = True

    def reopen(self, who: str) -> None:
        if self.decided_at is None or self.now - self.decided_at > 30 * DAY:
            raise Refused
        self.begin("reopen", who)
        self.on_appeal = False
        self._give(self.holder)
        self._new_clock()
        self._reach("queued")

    def remind(self, who: str) -> None:
        self._ring("remind")
        self.begin("remind", who)
        self.rung_at["remind"] = self.now

    def escalate(self, who: str) -> None:
        self._ring("escalate")
        if not any(one in STAFFED for one in ABOVE[self.holder]):
            raise Refused
        self.begin("escalate", who)
        self.rung_at["escalate"] = self.now

    def _ring(self, bell: str) -> None:
        if bell in self.rung_at and self.now - self.rung_at[bell] < DAY:
            raise Refused

    def reassign(self, who: str, to: str) -> None:
        place = WORKS.get(who, ("", ""))[1]
        if to == self.holder or to not in STAFFED or place not in [to, *ABOVE[to]]:
            raise Refused
        self.begin("reassign", who)
        self._give(to)
        self._reach("queued")

    def take_over(self, who: str) -> None:
        self.begin("take_over", who)
        place = WORKS[who][1]
        if place == self.holder or not self.is_overdue:
            raise Refused
        self._give(place)
        self._reach("in_review")
        self.reviewer, self.picked_up = who, self.now

    def call(self, who: str) -> None:
        self.begin("call", who)

    def note(self, who: str) -> None:
        self.begin("note", who)
