"""What waits for a health officer: appeals, second signatures, cases without a site, notes, and
requests about personal data.

Only what this officer can act on counts: nothing about themselves or their family, nothing that
they filed or decided before, and nothing that a colleague is working on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import (
    Count,
    DurationField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citizens.access import accounts_of_person, own_or_family_of
from corrections import case_pages, facts, lifecycle
from corrections.clocks import deadlines
from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent, CorrectionQuerySet
from corrections.parties import DECIDING_STEPS
from organizations.models import Membership, Organization
from own_data.models import DataRequest, DataRequestQuerySet
from review import notes
from review.models import OfficerNote
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 25
# How many the first page of officers shows; the rest is on a page of its own.
FIRST = 6
# Beyond so many, the page of requests shows the rest.
MOST_REQUESTS = 100
# A case without a site has to find one long before its answer is due.
URGENCY = Coalesce("triage_due_at", "due_at")


class Kind(StrEnum):
    APPEAL = "appeal"
    SIGNATURE = "signature"
    POOL = "pool"
    DESK = "desk"
    NOTE = "note"
    DATA = "data"


LABELS: dict[Kind, Promise] = {
    Kind.APPEAL: _("Appeals"),
    Kind.SIGNATURE: _("Second signatures"),
    Kind.POOL: _("Without a site"),
    Kind.DESK: _("On your own desk"),
    Kind.NOTE: _("Notes to read"),
    Kind.DATA: _("Requests about personal data"),
}
# How one row is named.
ONE: dict[Kind, Promise] = {
    Kind.APPEAL: _("Appeal"),
    Kind.SIGNATURE: _("Second signature"),
    Kind.POOL: _("Without a site"),
    Kind.DESK: _("On your own desk"),
    Kind.NOTE: _("Note"),
    Kind.DATA: _("Request about personal data"),
}


TO_SIGN = Q(status=Status.TO_COUNTERSIGN)
# What each kind of cases is; together they are all that wait, and none is of two kinds.
CONDITIONS: dict[Kind, Q] = {
    Kind.APPEAL: ~TO_SIGN & Q(triage_due_at=None, on_appeal=True),
    Kind.SIGNATURE: TO_SIGN,
    Kind.POOL: ~TO_SIGN & Q(triage_due_at__isnull=False),
    Kind.DESK: ~TO_SIGN & Q(triage_due_at=None, on_appeal=False),
}


@dataclass(frozen=True)
class WaitingItem:
    """One thing to do: a case or request with its deadline, or a note with when it was written.

    take_url: where a press takes the case to decide it; else url leads to the page of the act.
    """

    kind: Kind
    title: str
    url: str
    act: "str | Promise"
    icon: str
    at: datetime
    case: Correction | None = None
    due: datetime | None = None
    note: OfficerNote | None = None
    request: DataRequest | None = None
    take_url: str = ""

    @property
    def label(self) -> "str | Promise":
        return ONE[self.kind]


@dataclass(frozen=True)
class WaitingGroup:
    """A kind of things with their number."""

    kind: Kind
    label: Promise
    count: int


@dataclass(frozen=True)
class Waiting:
    """The groups that have something, and one page of things; after: the mark of the next page."""

    groups: list[WaitingGroup]
    items: list[WaitingItem]
    after: str = ""
    is_first: bool = True

    @property
    def count(self) -> int:
        """Number of all things, on this page or not."""
        return sum(group.count for group in self.groups)


def first_of(user: "User") -> Waiting:
    """Return the first things that wait, the most urgent first."""
    return _page(user, {}, size=FIRST)


def page_of(user: "User", where: Mapping[str, str], kind: Kind | None = None) -> Waiting:
    """Return 25 things that wait, of one kind or of all; where: `after` as in paging.page."""
    return _page(user, where, size=PAGE_SIZE, only=kind)


def _page(
    user: "User", where: Mapping[str, str], *, size: int, only: Kind | None = None
) -> Waiting:
    desks = _desks_of(user)
    if not desks:
        return Waiting([], [])
    cases, unread = _cases(user, desks), list(_unread(user, desks))
    counted = cases.order_by().aggregate(
        **{kind.value: Count("pk", filter=condition) for kind, condition in CONDITIONS.items()}
    )
    counted[Kind.NOTE.value] = len(unread)
    asked = list(_requests(user, desks)[:MOST_REQUESTS])
    counted[Kind.DATA.value] = len(asked)
    groups = [
        WaitingGroup(kind, label, counted[kind])
        for kind, label in LABELS.items()
        if counted.get(kind)
    ]
    if only is not None:
        cases = cases.filter(CONDITIONS.get(only, Q(pk__in=[])))
    found = case_pages.page(
        cases.select_related("holder", "dose"),
        where,
        by="urgency",
        size=size,
        among=Correction.objects.annotate(urgency=URGENCY),
    )
    shown = [_case_item(case, user) for case in found.rows]
    if found.is_first and only in (None, Kind.NOTE):
        shown += [_note_item(note) for note in unread]
    if found.is_first and only in (None, Kind.DATA):
        shown += [_request_item(one) for one in asked]
    shown.sort(key=lambda item: item.at)
    return Waiting(groups, shown[:size] if size == FIRST else shown, found.after, found.is_first)


def _desks_of(user: "User") -> list[int]:
    """Return the ids of the organizations for which the user is a health officer."""
    held = Membership.objects.live().of(user).filter(role=Membership.Role.OFFICER)
    return list(held.order_by().values_list("organization", flat=True))


def _cases(user: "User", desks: Sequence[int]) -> CorrectionQuerySet:
    """Return the cases that wait, each with `urgency`, its next deadline.

    On the officer's own desk: what is to be decided or sent to a site. There and directly below:
    decisions to confirm. Those farther below have an officer of their own.
    """
    near = Organization.objects.filter(Q(pk__in=desks) | Q(part_of__in=desks)).order_by()
    to_decide = Q(holder__in=desks, status__in=sorted(lifecycle.AT_WORK))
    to_sign = Q(holder__in=near.values("pk"), status=Status.TO_COUNTERSIGN)
    mine = accounts_of_person(user)
    decided = CorrectionEvent.objects.filter(
        correction=OuterRef("pk"), by__in=mine, step__in=DECIDING_STEPS
    )
    cases: CorrectionQuerySet = (
        Correction.objects.open()
        .filter(to_decide | to_sign)
        .exclude(_with_colleague(user))
        .exclude(citizen__in=own_or_family_of(user))
        .exclude(filing__filed_by__in=mine)
        .exclude(Q(status=Status.TO_COUNTERSIGN) & Q(first_by__in=mine))
        .exclude(Q(on_appeal=True) & Exists(decided))
        .annotate(urgency=URGENCY)
    )
    return cases


def _with_colleague(user: "User") -> Q:
    ended = db_time.sql_now() - Value(deadlines.CLAIM_TIME, output_field=DurationField())
    claimed = Q(picked_up_at__gt=ended)
    return Q(status=Status.IN_REVIEW) & claimed & ~Q(reviewer=user)


def _kind_of(case: Correction) -> Kind:
    """Return the kind whose condition the case meets."""
    if case.status == Status.TO_COUNTERSIGN:
        return Kind.SIGNATURE
    if case.triage_due_at is not None:
        return Kind.POOL
    return Kind.APPEAL if case.on_appeal else Kind.DESK


def _unread(user: "User", desks: Sequence[int]) -> QuerySet[OfficerNote]:
    return notes.unread_by(user).filter(organization__in=desks)


def _requests(user: "User", desks: Sequence[int]) -> DataRequestQuerySet:
    """Return the requests about personal data that the user's own offices have to answer."""
    own = DataRequest.objects.filter(holder__in=desks).unfinished().by_urgency()
    return own.exclude(citizen__in=own_or_family_of(user)).select_related("holder")


def _case_item(case: Correction, user: "User") -> WaitingItem:
    kind, at = _kind_of(case), case.triage_due_at or case.due_at
    take_url = ""
    if kind == Kind.SIGNATURE:
        url, act, icon = (
            reverse("oversight-case", args=[case.reference]),
            _("Read and sign"),
            "pen-line",
        )
    elif kind == Kind.POOL:
        url, act, icon = (
            f"{reverse('pool-route')}?case={case.reference}",
            _("Find the site"),
            "map-pin",
        )
    else:
        url, act, icon = reverse("case", args=[case.reference]), _("Decide"), "gavel"
        if not (case.status == Status.IN_REVIEW and case.reviewer_id == user.pk):
            take_url = reverse("case-pick-up", args=[case.reference])
    title = facts.headline(case)
    return WaitingItem(kind, title, url, act, icon, at, case=case, due=at, take_url=take_url)


def _request_item(one: DataRequest) -> WaitingItem:
    url = reverse("data-request", args=[one.public_id])
    act = _("Answer") if one.answered_at is None else _("Carry out")
    due = one.next_due
    return WaitingItem(
        Kind.DATA, one.get_kind_display(), url, act, "shield-check", due, due=due, request=one
    )


def _note_item(note: OfficerNote) -> WaitingItem:
    url = reverse("note-read", args=[note.public_id])
    return WaitingItem(Kind.NOTE, note.text, url, _("I have read it"), "check", note.at, note=note)
