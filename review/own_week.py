"""A reviewer's own last seven days: for themselves only, and compared with nobody."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q

from corrections.lifecycle import Status
from corrections.models import Clock, CorrectionEvent
from organizations.models import Organization
from reporting import measures, quantiles
from reporting.report import WEEK_DAYS
from review import queue
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class OwnWeek:
    """What one reviewer decided in the last seven days, and what of theirs is open now.

    median: from the day it came, or came again, to the decision; None when nothing was decided.
    """

    decided: int
    median: timedelta | None
    picked_up: int
    waits_for_second: int
    waits_for_citizen: int


def own_week(user: "User", desks: list[Organization]) -> OwnWeek:
    """Return the week of this user at these organizations.

    A decision counts for whoever made it, and for whoever put it before a second person.
    """
    now = db_time.now()
    since = measures.beginning(measures.day_of(now) - timedelta(days=WEEK_DAYS - 1))
    of_user = CorrectionEvent.objects.filter(correction=OuterRef("pk"), by=user)
    put_forward = of_user.filter(step="put_forward", at__gte=since)
    decided = queue.history_of(user, desks).filter(
        Q(decided_by=user) | Exists(put_forward), decided_at__gte=since
    )
    clocks = Clock.objects.filter(
        correction__in=decided.values("pk"),
        kind__in=(Clock.Kind.REVIEW, Clock.Kind.APPEAL),
        stopped_at=F("correction__decided_at"),
    )
    lengths = clocks.values_list(F("stopped_at") - F("started_at"), flat=True)
    took = sorted(round(length / timedelta(minutes=1)) for length in lengths)
    minutes = quantiles.exact(took, 0.5)
    asked = Q(Exists(of_user.filter(step="ask")), status=Status.WAITING)
    open_now = (
        queue.on_desks(user, desks)
        .open()
        .aggregate(
            picked_up=Count("pk", filter=Q(status=Status.IN_REVIEW, reviewer=user)),
            waits_for_second=Count("pk", filter=Q(status=Status.TO_COUNTERSIGN, first_by=user)),
            waits_for_citizen=Count("pk", filter=asked),
        )
    )
    return OwnWeek(
        decided=decided.count(),
        median=None if minutes is None else timedelta(minutes=round(minutes)),
        **open_now,
    )
