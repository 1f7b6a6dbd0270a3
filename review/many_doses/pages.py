"""What the pages of acts over many doses show: the acts, and the doses of one by what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.visits import log_listed
from corrections import facts as case_facts
from corrections.decisions import four_eyes
from doses import facts
from doses.facts import Field, dose_title
from doses.models import VaccinationSession, Vaccine
from doses.plausibility.warnings import sentences_of
from organizations.models import Organization
from organizations.queries import with_predecessors
from recording.access import sessions_of, sites_of
from recording.sessions import MOST_SESSIONS
from review.many_doses import undoing
from review.many_doses.judging import Reason, Verdict
from review.many_doses.undoing import UndoPreview
from review.models import ManyChange, ManyChangeDose
from vaxreg import ui

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 100
MOST_LISTED = 30
State = ManyChange.State
LEFT_OUT, DOUBTFUL = "left_out", "doubtful"
# What needs a look first.
ORDER: tuple[str, ...] = (
    Verdict.REFUSED,
    DOUBTFUL,
    Verdict.CHANGE,
    Verdict.CHANGED,
    Verdict.UNDONE,
    LEFT_OUT,
    Verdict.SAME,
)
CONDITIONS: dict[str, Q] = {
    Verdict.REFUSED: Q(verdict=Verdict.REFUSED),
    DOUBTFUL: Q(verdict=Verdict.CHANGE, left_out=False) & ~Q(doubts=[]),
    Verdict.CHANGE: Q(verdict=Verdict.CHANGE, left_out=False, doubts=[]),
    Verdict.CHANGED: Q(verdict=Verdict.CHANGED),
    Verdict.UNDONE: Q(verdict=Verdict.UNDONE),
    LEFT_OUT: Q(verdict=Verdict.CHANGE, left_out=True),
    Verdict.SAME: Q(verdict=Verdict.SAME),
}
LABELS = {
    **{verdict.value: verdict.label for verdict in Verdict},
    DOUBTFUL: gettext_lazy("to be changed, doubtful"),
    LEFT_OUT: gettext_lazy("left out by you"),
}
TICKED = (DOUBTFUL, Verdict.CHANGE.value, LEFT_OUT)


@dataclass(frozen=True)
class ShownRow:
    """One dose: what stands on record now in the facts concerned, and why it is as it is."""

    row: ManyChangeDose
    title: str
    now: str
    reason: str
    doubts: Sequence[str]
    is_own: bool


@dataclass(frozen=True)
class Shown:
    """The tabs (name, label, count), and a page of the rows of the chosen one."""

    tabs: Sequence[tuple[str, str, int]]
    chosen: str
    rows: Sequence[ShownRow]
    next_line: int
    is_first: bool
    has_ticks: bool


def acts_of(user: "User") -> QuerySet[ManyChange]:
    """Return the newest acts that the user sees."""
    rows = ManyChange.objects.visible_to(user).select_related("organization", "made_by")
    return rows.order_by("-made_at", "-pk")[:MOST_LISTED]


def waiting_for(user: "User") -> QuerySet[ManyChange]:
    """Return the acts at the user's sites that wait for a second person, the oldest first."""
    waiting = ManyChange.objects.of_sites_of(user).filter(state=State.WAITING)
    waiting = waiting.annotate(number=Count("rows", filter=Q(rows__verdict=Verdict.CHANGE)))
    return waiting.select_related("organization", "made_by").order_by("made_at", "pk")[:MOST_LISTED]


def sites_and_sessions(
    user: "User", asked: str
) -> tuple[list[Organization], list[VaccinationSession]]:
    """Return what the form offers: the user's sites, their newest sessions, and the one asked for."""
    newest = list(sessions_of(user).order_by("-on", "-pk")[:MOST_SESSIONS])
    if asked and asked not in {str(one.public_id) for one in newest}:
        newest += list(sessions_of(user).filter(public_id=asked))
    return list(sites_of(user)), newest


def changes_in_words(change: ManyChange) -> list[tuple[str, str]]:
    """Return what becomes of the doses: labels and new values."""
    names = case_facts.names_in([change.changes])
    return [
        (str(case_facts.FIELD_LABELS[name]), case_facts.show(name, value, names))
        for name, value in change.changes.items()
    ]


def chosen_in_words(change: ManyChange) -> str:
    """Return by what the doses were found, in one line."""
    chosen = change.chosen
    named = Vaccine.objects.filter(code=chosen["vaccine"]).values_list("name", flat=True).first()
    parts = [
        chosen["session"] and _("session %(session)s") % chosen,
        chosen["day"] and ui.day(date.fromisoformat(chosen["day"])),
        chosen["lot"] and _("lot %(lot)s") % chosen,
        named,
        chosen["listed"] and _("a list of %(listed)s lines") % chosen,
        chosen["ticked"] and _("%(ticked)s ticked doses") % chosen,
    ]
    return " · ".join(str(part) for part in parts if part)


def counts(change: ManyChange) -> dict[str, int]:
    """Return how many rows stand in each tab: one query."""
    found: dict[str, int] = change.rows.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in CONDITIONS.items()}
    )
    return found


def shown(
    change: ManyChange, query: Mapping[str, str], *, by: "User", found: Mapping[str, int]
) -> Shown:
    """Return the rows of the tab in ?show=, after the line in ?after=; who saw them is logged."""
    tabs = [(name, str(LABELS[name]), found[name]) for name in ORDER if found[name]]
    names = [name for name, _label, _count in tabs]
    chosen = query.get("show", "")
    if chosen not in names:
        chosen = names[0] if names else Verdict.CHANGE.value
    after = query.get("after", "")
    line = int(after[:9]) if after.isascii() and after.isdecimal() else 0
    rows = change.rows.filter(CONDITIONS[chosen], line__gt=line).select_related(
        "dose__citizen", "dose__vaccine", "dose__organization"
    )
    page = list(rows.order_by("line")[: PAGE_SIZE + 1])
    on_page = page[:PAGE_SIZE]
    log_listed(by, (row.dose.citizen_id for row in on_page if row.dose))
    own = set(with_predecessors(sites_of(by)).order_by().values_list("pk", flat=True))
    values = [facts.facts_of(row.dose) if row.dose else {} for row in on_page]
    lines = [_now(one, change.changes, case_facts.names_in(values)) for one in values]
    return Shown(
        tabs=tabs,
        chosen=chosen,
        rows=[_shown(row, now, own) for row, now in zip(on_page, lines, strict=True)],
        next_line=on_page[-1].line if len(page) > PAGE_SIZE else 0,
        is_first=line == 0,
        has_ticks=change.state == State.CHECKED and chosen in TICKED,
    )


def may_act(change: ManyChange, user: "User") -> bool:
    """Whether the act is of a site of the user; others that it concerns only look."""
    return ManyChange.objects.of_sites_of(user).filter(pk=change.pk).exists()


def reasons_in_words(change: ManyChange) -> list[str]:
    """Return why a second person is asked."""
    return [str(four_eyes.REASON_LABELS[four_eyes.Reason(name)]) for name in change.reasons]


def undo_shown(change: ManyChange, *, by: "User") -> UndoPreview:
    """Return what undoing would do; whom it names is logged."""
    preview = undoing.preview(change, by=by)
    named = (blocker.row.dose for blocker in preview.blockers)
    log_listed(by, (dose.citizen_id for dose in named if dose))
    return preview


def may_undo(change: ManyChange, found: Mapping[str, int]) -> bool:
    """Whether there is something to take back."""
    return change.state in undoing.UNDOABLE and found[Verdict.CHANGED] > 0


def _now(values: Mapping[str, Any], changes: Mapping[str, str], names: dict[str, str]) -> str:
    """Return what stands on record in the facts that change, besides the vaccine of the title."""
    asked = [name for name in changes if name != Field.VACCINE]
    day = [Field.GIVEN_ON.value] if Field.GIVEN_ON not in asked else []
    return " · ".join(
        case_facts.show(name, str(values[name]), names) or "–"
        for name in [*day, *asked]
        if name in values
    )


def _shown(row: ManyChangeDose, now: str, own: set[int]) -> ShownRow:
    reason = str(Reason(row.reason).label) if row.reason else ""
    return ShownRow(
        row=row,
        title=dose_title(row.dose) if row.dose else "",
        now=now,
        reason=reason,
        doubts=sentences_of((code, values) for code, _field, values in row.doubts),
        is_own=row.dose is not None and row.dose.organization_id in own,
    )
