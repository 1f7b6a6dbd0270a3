"""Closes, merges and moves organizations, together with their cases and staff; with a preview.

The preview runs the act in a transaction that is rolled back, so it shows exactly what the act
does. The act is one transaction: every open case has exactly one holder before and after it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from corrections.clocks import deadlines, lateness
from corrections.lifecycle import Status
from corrections.models import Correction, Draft, UploadLink
from corrections.routing import handover
from corrections.routing.desks import NoDesk
from corrections.routing.handover import CaseRoute
from organizations import actions, tree
from organizations.actions import CannotArrange
from organizations.models import Membership, Organization
from organizations.queries import with_predecessors
from vaxreg import db_time
from vaxreg.database import patience

if TYPE_CHECKING:
    from accounts.models import User

# PostgreSQL ends one of two transactions in a deadlock with an error; that one tries again.
TRIES = 3
# Seconds for one statement: 15,000 cases take about 10 seconds on a busy machine.
LONGEST = 120


class TreeAct(StrEnum):
    """An act on an organization. The other one is its successor, or the new parent of a move."""

    CLOSE = "close"
    MERGE = "merge"
    MOVE = "move"


# What may have changed between the preview and the press, as messages.
ASPECTS: dict[str, Promise] = {
    "place": gettext_lazy("The organization itself has been moved or closed."),
    "other": gettext_lazy("The other organization has been moved or closed."),
    "desk": gettext_lazy("The open cases would go to another desk now."),
    "parts": gettext_lazy("Its parts are not the same any more."),
    "staff": gettext_lazy("Its staff is not the same any more."),
}


class PlanChanged(Exception):
    """The act would now do something else than the preview showed; `words` says what changed."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(" ".join(words))
        self.words = list(words)


@dataclass(frozen=True)
class Cases:
    """Numbers of open cases: all, and those in each state."""

    open: int = 0
    overdue: int = 0
    claimed: int = 0
    waiting: int = 0
    second: int = 0
    kept: int = 0
    in_pool: int = 0
    appeals: int = 0


@dataclass(frozen=True)
class ActPreview:
    """What an act moves.

    cases: held by the organization; of a move, by its whole sub-tree, where they stay. desks: how
    many open cases go to which organization, most first. parts: its direct parts; below: the number
    of all organizations below it. going: memberships that continue at the other organization;
    ending: memberships that end. past: number of decisions that its successor can read, including
    those of its `predecessors`. seal: a hash of all that matters; an act with another seal is
    refused.
    """

    organization: Organization
    other: Organization | None
    cases: Cases
    desks: list[tuple[Organization, int]]
    parts: list[Organization]
    below: int
    going: list[Membership]
    ending: list[Membership]
    predecessors: list[Organization]
    past: int
    drafts: int
    links: int
    seal: str


def preview(
    act: TreeAct, organization: Organization, other: Organization | None, *, by: "User | None"
) -> ActPreview:
    """Return what would move, without any change.

    Raises what the act raises: CannotArrange with the reasons by field, PermissionDenied.
    """
    with transaction.atomic():
        moves, _given = _change_tree(act, organization, other, by)
        transaction.set_rollback(True)
    return moves


def carry_out(
    act: TreeAct,
    organization: Organization,
    other: Organization | None,
    *,
    by: "User | None",
    seal: str | None = None,
) -> ActPreview:
    """Run the act, all or nothing, and return what moved.

    seal: that of the confirmed preview; None without a preview. Raises PlanChanged when the seal
    differs now, CannotArrange, PermissionDenied.
    """
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return _carry_out(act, organization, other, by, seal)
        except OperationalError:
            if not left or connection.in_atomic_block:
                raise
    raise AssertionError("the last try raises or returns")


def _carry_out(
    act: TreeAct,
    organization: Organization,
    other: Organization | None,
    by: "User | None",
    seal: str | None,
) -> ActPreview:
    now = db_time.now()
    # The limit of a page is too short to move many thousand cases, or to wait for the lock.
    patience.extend(LONGEST)
    tree.lock_tree()
    tree.lock(organization)
    if act != TreeAct.MOVE:
        # Waits for verbs that have locked one of its cases; `tree.lock` waited for cases sent to it.
        held = Correction.objects.open().filter(holder=organization)
        list(held.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        handover.settle(organization, now)
    moves, given = _change_tree(act, organization, other, by)
    if seal is not None and seal != moves.seal:
        raise PlanChanged(_changed(seal, moves.seal))
    handover.hand_over(moves.organization, given, now)
    return moves


def _change_tree(
    act: TreeAct, organization: Organization, other: Organization | None, by: "User | None"
) -> tuple[ActPreview, list[CaseRoute]]:
    """Change the tree, and return where the open cases will go; the cases are not changed yet."""
    before = Organization.objects.get(pk=organization.pk)
    beside = Organization.objects.get(pk=other.pk) if other is not None else None
    closes = act != TreeAct.MOVE
    parts = list(tree.open_parts(before))
    working = list(_working(before)) if closes else []
    going: list[Membership] = []
    if act == TreeAct.MERGE and beside is not None:
        going = list(tree.people_going_along(before, beside))
    below = Organization.objects.open().under(before).exclude(pk=before.pk).count()
    cases = _cases(Q(holder=before) if closes else Q(holder__path__startswith=before.path))
    links = _links_of(before) if closes else 0
    after = _DO[act](before, beside, by)
    try:
        given = handover.routes(after) if closes else []
        desk = handover.fallback_desk(after).organization if closes else None
    except NoDesk:
        raise CannotArrange(
            _("Nobody could take its open cases: nobody above it has staff to review.")
        ) from None
    line = list(with_predecessors([before]).order_by("closed_on", "pk"))
    decided = Correction.objects.closed().filter(holder__in=line, decided_at__isnull=False)
    kept_on = {(one.user_id, one.role) for one in going}
    return ActPreview(
        organization=after,
        other=beside,
        cases=cases,
        desks=_desks(given),
        parts=parts,
        below=below,
        going=going,
        ending=[one for one in working if (one.user_id, one.role) not in kept_on],
        predecessors=[one for one in line if one != before],
        past=decided.count() if closes else 0,
        drafts=_drafts_naming(before) if closes else 0,
        links=links,
        seal=_seal(before, beside, desk, parts, working),
    ), given


def _close(
    organization: Organization, successor: Organization | None, by: "User | None"
) -> Organization:
    if not organization.is_open:
        # actions.close ignores a second press; here it means that somebody else closed it first.
        raise CannotArrange(_("It is closed already."))
    return actions.close(organization, by=by, successor=successor)


def _merge(
    organization: Organization, into: Organization | None, by: "User | None"
) -> Organization:
    if into is None:
        raise CannotArrange({"into": _("Choose the organization that takes over.")})
    return actions.merge(organization, into=into, by=by)


def _move(
    organization: Organization, part_of: Organization | None, by: "User | None"
) -> Organization:
    if part_of is None:
        raise CannotArrange({"part_of": _("Choose the organization that it becomes part of.")})
    return actions.move(organization, part_of=part_of, by=by)


_DO: dict[TreeAct, Callable[[Organization, Organization | None, "User | None"], Organization]] = {
    TreeAct.CLOSE: _close,
    TreeAct.MERGE: _merge,
    TreeAct.MOVE: _move,
}


def _cases(held: Q) -> Cases:
    """Count open cases by state: one query over the index of open cases."""
    now = db_time.now()
    claims = Q(status=Status.IN_REVIEW, picked_up_at__gt=now - deadlines.CLAIM_TIME)
    found = (
        Correction.objects.open()
        .filter(held)
        .aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=lateness.overdue(now)),
            claimed=Count("pk", filter=claims),
            waiting=Count("pk", filter=Q(status=Status.WAITING)),
            second=Count("pk", filter=Q(status=Status.TO_COUNTERSIGN)),
            kept=Count("pk", filter=Q(status=Status.KEPT)),
            in_pool=Count("pk", filter=Q(triage_due_at__isnull=False)),
            appeals=Count("pk", filter=Q(on_appeal=True)),
        )
    )
    return Cases(**found)


def _desks(given: list[CaseRoute]) -> list[tuple[Organization, int]]:
    counts: Counter[Organization] = Counter()
    for way in given:
        counts[way.desk.organization] += len(way.cases)
    return counts.most_common()


def _working(organization: Organization) -> QuerySet[Membership]:
    standing = Membership.objects.standing().filter(organization=organization)
    return standing.select_related("user").order_by("user__full_name", "pk")


def _drafts_naming(organization: Organization) -> int:
    """Count drafts that name the organization; when filed, they go to its successor."""
    typed = Draft.objects.annotate(text=Cast("data", TextField()))
    return typed.filter(text__contains=str(organization.public_id)).count()


def _links_of(organization: Organization) -> int:
    """Count valid upload links; they stay valid, because they belong to the case."""
    open_cases = Correction.objects.open().filter(holder=organization)
    good = UploadLink.objects.filter(expires_at__gt=db_time.now())
    return good.filter(correction__in=open_cases.order_by().values("pk")).count()


def _seal(
    before: Organization,
    other: Organization | None,
    desk: Organization | None,
    parts: list[Organization],
    working: list[Membership],
) -> str:
    """Return a short hash per aspect; cases that come and go in the meantime do not change it."""
    said = {
        "place": [before.part_of_id, before.closed_on],
        "other": [other.pk, other.part_of_id, other.closed_on] if other else [],
        "desk": [desk.pk if desk else None],
        "parts": [one.pk for one in parts],
        "staff": sorted(one.pk for one in working),
    }
    return ".".join(
        hashlib.sha256(repr(said[aspect]).encode()).hexdigest()[:8] for aspect in ASPECTS
    )


def _changed(shown: str, now: str) -> list[str]:
    then = shown.split(".")
    if len(then) != len(ASPECTS):
        # The seal was not made by this code.
        then = [""] * len(ASPECTS)
    pairs = zip(ASPECTS.values(), then, now.split("."), strict=True)
    return [str(words) for words, old, new in pairs if old != new]
