"""The reviewer's own decisions of the last half minute, and those that could not be carried out."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import DurationField, F, Q, Value
from django.utils.functional import Promise

from corrections.lifecycle import OPEN, STATUS_LABELS, Status
from corrections.models import Correction, DelayedDecision
from corrections.models.delayed import UNFINISHED
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

# For how long the author reads that a decision was not carried out, if the case is still open.
TOLD_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class WaitingDecision:
    """One line above the page. may_take_back: False for one that was not carried out."""

    reference: str
    name: str
    label: Promise
    seconds: int
    may_take_back: bool


def waiting_decisions(user: "User") -> list[WaitingDecision]:
    """Return what the user may take back now, or must look at again, the newest first. One query."""
    now = db_time.sql_now()
    rows = (
        DelayedDecision.objects.filter(by=user, end__in=UNFINISHED)
        .filter(
            Q(end="", carry_out_at__gt=now)
            | Q(
                end=DelayedDecision.End.NOT_POSSIBLE,
                ended_at__gt=now - Value(TOLD_FOR, output_field=DurationField()),
                correction__status__in=OPEN,
            )
        )
        .annotate(left=F("carry_out_at") - now)
        .select_related("correction__citizen")
        .order_by("-made_at")
    )
    return [
        WaitingDecision(
            reference=row.correction.reference,
            name=row.correction.citizen.full_name,
            label=STATUS_LABELS[Status(row.leads_to)],
            seconds=max(0, round(row.left.total_seconds())),  # type: ignore[attr-defined]
            may_take_back=row.ended_at is None,
        )
        for row in rows
    ]


def latest_decision(user: "User", reference: str) -> DelayedDecision | None:
    """Return the user's latest decision about a case that waited, whatever became of it."""
    mine = DelayedDecision.objects.filter(by=user, correction__reference=reference)
    return mine.select_related("correction").order_by("-made_at", "-pk").first()


def taken_back(user: "User", case: Correction) -> DelayedDecision | None:
    """Return the decision that the user took back just now, if nothing else happened since."""
    row = latest_decision(user, case.reference)
    if (
        row is not None
        and row.end == DelayedDecision.End.TAKEN_BACK
        and case.version == row.version
    ):
        return row
    return None
