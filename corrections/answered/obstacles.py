"""What keeps one from closing an answered case from the list: each case needs its own page then.

The list asks for a page of cases at once; the verb asks again for one locked case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.identity import is_verified
from citizens.access import account_ids_of_person, own_or_family_among
from corrections import lifecycle
from corrections.clocks import deadlines, policies
from corrections.decisions import four_eyes
from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent, DelayedDecision, Policy
from doses.models import DoseRevision
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


class Obstacle(StrEnum):
    """Why a case cannot be closed from the list."""

    FAMILY = "family"
    FILED = "filed"
    NOT_VERIFIED = "not_verified"
    NOT_YOURS = "not_yours"
    COLLEAGUE = "colleague"
    DECIDED = "decided"
    REOPENED = "reopened"
    SITE_IN_WORDS = "site_in_words"
    SECOND = "second"
    CHANGED = "changed"
    GONE = "gone"


WORDS: dict[Obstacle, Promise] = {
    Obstacle.FAMILY: _(
        "About you or somebody of your family: a colleague decides it on the page of the case."
    ),
    Obstacle.FILED: _("You filed it: a colleague decides it on the page of the case."),
    Obstacle.NOT_VERIFIED: _("Nobody has verified who you are, so you may not decide."),
    Obstacle.NOT_YOURS: _("It is not on your desk any more."),
    Obstacle.COLLEAGUE: _("A colleague is working on it."),
    Obstacle.DECIDED: _("A decision was made and is not in force yet."),
    Obstacle.REOPENED: _("It was opened again after a decision: read why."),
    Obstacle.SITE_IN_WORDS: _("The citizen gave the site in words: compare them."),
    Obstacle.SECOND: _(
        "The rules ask for a second person, and nobody but you has entered this dose."
    ),
    Obstacle.CHANGED: _("Something has changed since the page was made: look again."),
    Obstacle.GONE: _("It is closed already, or the dose no longer says what was proposed."),
}


@dataclass(frozen=True)
class Viewer:
    """What must be known of a user and a page of cases to tell what stands in their way.

    mine: ids of the accounts of the person. entered: for each dose (id) who entered or changed it.
    """

    user: "User"
    mine: set[int]
    family: set[int]
    is_verified: bool
    entered: Mapping[int, set[int]]
    reopened: set[int]
    delayed: set[int]
    policy: Policy
    now: datetime

    @classmethod
    def of(cls, user: "User", cases: Iterable[Correction]) -> "Viewer":
        """Read it for these cases, in a fixed number of queries."""
        rows = list(cases)
        entered: dict[int, set[int]] = {}
        written = DoseRevision.objects.filter(
            dose__in=[case.answered_by.dose_id for case in rows], by__isnull=False
        )
        for dose, by in written.order_by().values_list("dose", "by"):
            entered.setdefault(dose, set()).add(by or 0)
        ids = [case.pk for case in rows]
        undone = CorrectionEvent.objects.filter(correction__in=ids, step__in=lifecycle.UNDOING)
        delayed = DelayedDecision.objects.live().filter(correction__in=ids)
        return cls(
            user=user,
            mine=account_ids_of_person(user) | {user.pk},
            family=own_or_family_among(user, (case.citizen_id for case in rows)),
            is_verified=is_verified(user),
            entered=entered,
            reopened=set(undone.order_by().values_list("correction", flat=True)),
            delayed=set(delayed.values_list("correction", flat=True)),
            policy=policies.current(),
            now=db_time.now(),
        )

    def obstacle(self, case: Correction) -> Obstacle | None:
        """Return what keeps this user from closing the case from the list; None if nothing does."""
        if case.citizen_id in self.family:
            return Obstacle.FAMILY
        if case.filing.filed_by_id in self.mine:
            return Obstacle.FILED
        if not self.is_verified:
            return Obstacle.NOT_VERIFIED
        if case.status == Status.TO_COUNTERSIGN or case.pk in self.delayed:
            return Obstacle.DECIDED
        if case.status not in lifecycle.DECIDABLE:
            return Obstacle.GONE
        is_claimed = not deadlines.claim_is_over(case.picked_up_at, self.now)
        if case.reviewer_id not in (None, self.user.pk) and is_claimed:
            return Obstacle.COLLEAGUE
        if case.on_appeal or case.pk in self.reopened:
            return Obstacle.REOPENED
        if case.site_text:
            return Obstacle.SITE_IN_WORDS
        if self._asks_for_two(case) and not self._is_second(case.answered_by.dose_id):
            return Obstacle.SECOND
        return None

    def _asks_for_two(self, case: Correction) -> bool:
        """Whether the rules want two people. Nothing of the record changes, and it is the site's."""
        drawn = four_eyes.is_drawn(case.public_id, self.policy.second_look_percent)
        return bool(
            four_eyes.reasons(
                case.kind,
                {},
                own_papers=True,
                is_far=False,
                asked_by_policy=self.policy.four_eyes,
                drawn=drawn,
            )
        )

    def _is_second(self, dose: int) -> bool:
        """Whether somebody else entered the dose, and the user did not: then two have seen it."""
        by = self.entered.get(dose, set())
        return bool(by) and self.mine.isdisjoint(by)
