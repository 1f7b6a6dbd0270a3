"""Verbs for cases that the record answers already: each is accepted, and the record stays as it is.

One by one, each with its own event and message; a case that cannot be closed does not keep others
open. What many ask for is a mark in the table, which Celery and the sweep work off.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from corrections.actions.turn import (
    HeldByColleague,
    IdentityNotVerified,
    StalePage,
    begin,
    finish,
)
from corrections.answered.finding import is_answered
from corrections.answered.obstacles import Obstacle, Viewer
from corrections.lifecycle import StepNotPossible
from corrections.models import AnsweredCase, Correction, CorrectionQuerySet, Kind, OutboxRow
from doses import facts
from doses.models import Dose
from vaxreg import db_time
from vaxreg.celery import hint

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)

# What the event says about why it was accepted: `notices` and `history` have words for it.
ON_RECORD = "on_record"
# More than these are closed in the background.
MOST_AT_ONCE = 50


class NotClosed(Exception):
    """The case stays open; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle


@dataclass
class Closed:
    """What became of the cases that somebody ticked. refused: reference, and why."""

    done: int = 0
    refused: list[tuple[str, Obstacle]] = field(default_factory=list)


def accept_as_recorded(
    correction: Correction, *, by: "User", version: int | None = None
) -> Correction:
    """Accept a case because the dose on record has what was proposed; changes no dose.

    Raises NotClosed.
    """
    try:
        with transaction.atomic():
            return _accept(correction, by=by, version=version)
    except StepNotPossible:
        raise NotClosed(Obstacle.GONE) from None
    except StalePage:
        raise NotClosed(Obstacle.CHANGED) from None
    except HeldByColleague:
        raise NotClosed(Obstacle.COLLEAGUE) from None
    except IdentityNotVerified:
        raise NotClosed(Obstacle.NOT_VERIFIED) from None
    except PermissionDenied:
        raise NotClosed(_why_denied(correction, by)) from None


def _accept(correction: Correction, *, by: "User", version: int | None) -> Correction:
    turn = begin("accept", correction, by=by, version=version)
    case = turn.case
    pair = AnsweredCase.objects.filter(correction=case).first()
    if pair is None:
        raise NotClosed(Obstacle.GONE)
    # The case first, then the dose: as every decision does that changes one.
    dose = Dose.objects.select_for_update(of=("self",)).get(pk=pair.dose_id)
    if not is_answered(case, dose):
        raise NotClosed(Obstacle.GONE)
    if obstacle := Viewer.of(by, [case]).obstacle(case):
        raise NotClosed(obstacle)
    if case.kind == Kind.MISSING_DOSE:
        case.dose = dose
    recorded = facts.facts_of(dose)
    case.decided = {name: recorded[name] for name in case.proposed}
    return finish(
        turn,
        "accept",
        data={
            "decision": "accept",
            "own_papers": True,
            "basis": ON_RECORD,
            "dose": str(dose.public_id),
            "revision": dose.revision,
        },
        follow=OutboxRow.Errand.TELL,
    )


def _why_denied(correction: Correction, by: "User") -> Obstacle:
    case = Correction.objects.select_related("filing", "answered_by").get(pk=correction.pk)
    if not hasattr(case, "answered_by"):
        return Obstacle.GONE
    return Viewer.of(by, [case]).obstacle(case) or Obstacle.NOT_YOURS


def close(chosen: Sequence[tuple[Correction, int | None]], *, by: "User") -> Closed:
    """Close these cases, each with the version of it that the page showed; return what became of them."""
    closed = Closed()
    for case, version in chosen:
        try:
            accept_as_recorded(case, by=by, version=version)
        except NotClosed as problem:
            closed.refused.append((case.reference, problem.obstacle))
        else:
            closed.done += 1
    return closed


@transaction.atomic
def ask_to_close(cases: CorrectionQuerySet, *, by: "User") -> int:
    """Have all answered cases among these closed in the background; return how many were asked for.

    Those that are being closed already are left as they are.
    """
    waiting = AnsweredCase.objects.filter(asked_at=None, correction__in=cases.open().order_by())
    asked = waiting.update(asked_by=by, asked_at=db_time.now(), refused="")
    if asked:
        hint("corrections.close_answered")
    return asked


def close_asked(case: Correction) -> bool:
    """Close one case that somebody asked for; False when it stays open, with the reason noted."""
    pair = AnsweredCase.objects.select_related("asked_by").filter(correction=case).first()
    if pair is None or pair.asked_by is None:
        return False
    try:
        accept_as_recorded(case, by=pair.asked_by)
    except NotClosed as problem:
        AnsweredCase.objects.filter(correction=case).update(
            asked_by=None, asked_at=None, refused=problem.obstacle.value
        )
        return False
    return True
