"""The queue of reviewers: its tabs, pages, search, and the next case to take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import (
    Count,
    DurationField,
    Exists,
    OuterRef,
    Q,
    Subquery,
    Value,
)
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from corrections import actions, case_pages
from corrections.access import DESK_ROLES
from corrections.actions import HeldByColleague
from corrections.clocks import deadlines, lateness
from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent, CorrectionQuerySet, Evidence
from corrections.reference import read_reference
from organizations.models import Membership, Organization
from organizations.queries import held_roles, with_predecessors
from vaxreg import db_time
from vaxreg.paging import Page
from vaxreg.search import search_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from accounts.models import User

PAGE_SIZE = 25
# Steps that tell whether the citizen or the reviewer has to act next.
TURNS = ("ask", "answer", "appeal", "reopen")
# No name has more words; each one costs a comparison per row.
MOST_WORDS = 6


class QueueTab(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    SOON = "soon"
    MINE = "mine"
    SECOND = "second"
    WAITING = "waiting"
    KEPT = "kept"
    DONE = "done"


TAB_LABELS: dict[QueueTab, Promise] = {
    QueueTab.OPEN: _("To be done"),
    QueueTab.OVERDUE: _("Overdue"),
    QueueTab.SOON: _("Due soon"),
    QueueTab.MINE: _("Mine"),
    QueueTab.SECOND: _("To be confirmed"),
    QueueTab.WAITING: _("With others"),
    QueueTab.KEPT: _("For later"),
    QueueTab.DONE: _("Done"),
}
# Only shown while it holds something: most desks seldom need a second person.
SELDOM = frozenset({QueueTab.SECOND})


@dataclass(frozen=True)
class Badge:
    """A label of a case in the queue; since: when it happened."""

    icon: str
    label: "StrOrPromise"
    since: datetime | None = None


def desks_of(user: "User") -> list[Organization]:
    """Return the organizations for which the user may review."""
    return desks_in(held_roles(user))


def desks_in(work: Iterable[Membership]) -> list[Organization]:
    """Return the organizations of these memberships that are desks, each once."""
    desks = {one.organization_id: one.organization for one in work if one.role in DESK_ROLES}
    return list(desks.values())


def on_desks(user: "User", desks: list[Organization]) -> CorrectionQuerySet:
    """Return all cases held by these organizations of the user.

    The query repeats the ids beside the access rule: then the rows of one desk come from the index
    correction_queue in display order.
    """
    ids = [desk.pk for desk in desks]
    cases: CorrectionQuerySet = Correction.objects.on_desks_of(user).filter(holder__in=ids)
    return cases


def history_of(user: "User", desks: list[Organization]) -> CorrectionQuerySet:
    """Return what these organizations and their predecessors decided."""
    ids = list(with_predecessors(desks).order_by().values_list("pk", flat=True))
    cases: CorrectionQuerySet = Correction.objects.on_desks_of(user).filter(holder__in=ids)
    return cases


def to_do(user: "User", desks: list[Organization]) -> CorrectionQuerySet:
    """Return the cases that wait for the user and the colleagues at these organizations."""
    return in_tab(on_desks(user, desks), QueueTab.OPEN, user)


def in_tab(cases: CorrectionQuerySet, tab: QueueTab, user: "User") -> CorrectionQuerySet:
    if tab == QueueTab.DONE:
        return cases.closed().filter(decided_at__isnull=False)
    return cases.open().filter(_conditions(user)[tab])


def counts(cases: CorrectionQuerySet, user: "User") -> dict[QueueTab, int]:
    """Return how many open cases each tab has: one query, from the index correction_queue alone.

    Decided cases are not counted: their number grows for ever.
    """
    conditions = _conditions(user)
    found = cases.open().aggregate(
        **{tab.value: Count("pk", filter=condition) for tab, condition in conditions.items()}
    )
    return {tab: found[tab.value] for tab in conditions}


def _conditions(user: "User") -> dict[QueueTab, Q]:
    now, others = db_time.sql_now(), _waits_for_others(user)
    return {
        QueueTab.OPEN: ~others,
        QueueTab.OVERDUE: ~others & lateness.overdue(now),
        QueueTab.SOON: ~others & lateness.soon(now),
        QueueTab.MINE: Q(status=Status.IN_REVIEW, reviewer=user),
        QueueTab.SECOND: ~others & Q(status=Status.TO_COUNTERSIGN),
        QueueTab.WAITING: others,
        QueueTab.KEPT: Q(status=Status.KEPT),
    }


def _waits_for_others(user: "User") -> Q:
    """Return the open cases with which the user can do nothing now.

    The citizen was asked, or the user decided first and somebody else has to confirm it.
    """
    return Q(status=Status.WAITING) | Q(status=Status.TO_COUNTERSIGN, first_by=user)


def narrowed(
    cases: CorrectionQuerySet, *, words: str = "", kind: str = "", photo: str = ""
) -> CorrectionQuerySet:
    """Return the cases that match a name (with or without diacritics) or part of a reference."""
    for word in search_words(words, most=MOST_WORDS):
        cases = cases.filter(
            Q(citizen__search_name__contains=word) | Q(reference__contains=word.upper())
        )
    if kind:
        cases = cases.filter(kind=kind)
    if photo:
        cases = cases.filter(_has_photo() if photo == "with" else ~_has_photo())
    return cases


def shown_tabs(
    found: Mapping[QueueTab, int], current: QueueTab
) -> list[tuple[QueueTab, Promise, int | None]]:
    """Return the tabs with their labels and counts; None for what is not counted."""
    return [
        (tab, label, found.get(tab))
        for tab, label in TAB_LABELS.items()
        if tab not in SELDOM or found.get(tab) or tab == current
    ]


def _has_photo() -> Exists:
    return Exists(Evidence.objects.filter(filing=OuterRef("filing")))


def by_reference(cases: CorrectionQuerySet, typed: str) -> Correction | None:
    """Return the case with exactly this reference, in any status."""
    code = read_reference(typed)
    return cases.filter(reference=code).first() if code else None


def page(cases: CorrectionQuerySet, tab: QueueTab, where: Mapping[str, str]) -> Page[Correction]:
    """Return up to 25 cases, the most urgent first; decided ones, the latest first."""
    done = tab == QueueTab.DONE
    return case_pages.page(
        cases.select_related("citizen", "reviewer", "decided_by", "first_by", "holder").annotate(
            first_photo=_first_photo(), last_word=_latest_turn(), now=db_time.sql_now()
        ),
        where,
        by="decided_at" if done else "due_at",
        size=PAGE_SIZE,
        newest_first=done,
    )


def _first_photo() -> Subquery:
    """Return a subquery for the public id of the first photo; NULL without one."""
    photos = Evidence.objects.filter(filing=OuterRef("filing"), deleted_at=None).order_by("pk")
    return Subquery(photos.values("public_id")[:1])


def _latest_turn() -> Subquery:
    """Return a subquery for step and time of the citizen's last act or the last question."""
    words = CorrectionEvent.objects.filter(correction=OuterRef("pk"), step__in=TURNS)
    return Subquery(words.order_by("-at", "-pk").values(turn=JSONObject(step="step", at="at"))[:1])


def badges(case: Correction) -> list[Badge]:
    """Return the badges of a case that `page` returned."""
    found = []
    turn = getattr(case, "last_word", None) or {}
    answered = turn.get("step") == "answer" and case.status != Status.WAITING
    if case.on_appeal:
        found.append(Badge("gavel", _("Appeal")))
    if case.is_open and turn.get("step") == "reopen":
        found.append(Badge("rotate-ccw", _("Opened again")))
    if case.is_open and answered:
        found.append(
            Badge("message-circle", _("Answered"), datetime.fromisoformat(str(turn["at"])))
        )
    if case.bounces:
        found.append(
            Badge(
                "arrow-right-left",
                ngettext("Passed on once", "Passed on %(times)s times", case.bounces)
                % {"times": case.bounces},
            )
        )
    return found


def arrived_since(cases: CorrectionQuerySet, moment: datetime) -> int:
    """Return how many open cases came to these organizations after a moment."""
    return cases.open().filter(holdings__until=None, holdings__since__gt=moment).count()


def take_next(user: "User", *, leaving: str = "") -> Correction | None:
    """Pick up the most urgent case that nobody works on, other than `leaving`; None without one.

    leaving: the reference of the case that the user has open, or "".

    Two users at once get two different cases. Skips cases that the user may not decide (their own
    or their family's), and cases that a colleague kept for later.
    """
    passed_by: list[int] = []
    while True:
        with transaction.atomic():
            case = (
                _unclaimed(user)
                .exclude(pk__in=passed_by)
                .exclude(reference=leaving)
                .select_for_update(of=("self",), skip_locked=True)
                .order_by("due_at", "pk")
                .first()
            )
            if case is None:
                return None
            try:
                return actions.pick_up(case, by=user)
            except (PermissionDenied, HeldByColleague):
                passed_by.append(case.pk)


def _unclaimed(user: "User") -> CorrectionQuerySet:
    claim_ended = db_time.sql_now() - Value(deadlines.CLAIM_TIME, output_field=DurationField())
    waiting = Q(status=Status.QUEUED) | Q(status=Status.IN_REVIEW, picked_up_at__lte=claim_ended)
    return on_desks(user, desks_of(user)).open().filter(waiting)
