"""What becomes of one dose of an act over many: changed, the same already, or refused and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from citizens.access import own_or_family_among
from corrections.models import Correction
from doses import actions, facts
from doses.announcements import rested_on
from doses.facts import Facts, Field
from doses.models import Dose
from doses.plausibility.warnings import IMPOSSIBLE, DoseWarning
from organizations.queries import with_predecessors
from review.models import DoseChange, ManyChange, ManyChangeDose
from review.own_doses import mending

if TYPE_CHECKING:
    from accounts.models import User

Verdict = ManyChangeDose.Verdict
Reason = ManyChangeDose.Reason


@dataclass(frozen=True)
class Judged:
    """A verdict with its reason; changes: the facts of this dose that would become others."""

    verdict: Verdict
    reason: Reason = Reason.NONE
    reference: str = ""
    changes: Facts = field(default_factory=dict)
    found: Sequence[DoseWarning] = ()

    @property
    def doubts(self) -> list[list[Any]]:
        """The doubts as a row keeps them."""
        return [[str(one.code), str(one.field), dict(one.values)] for one in self.found]


class Judge:
    """Judges the doses of one chunk: what rests on them is read once for all of them."""

    def __init__(self, change: ManyChange, doses: Iterable[Dose]) -> None:
        self._change = change
        chunk = list(doses)
        ids, people = [one.pk for one in chunk], [one.citizen_id for one in chunk]
        self._family = own_or_family_among(change.made_by, people)
        self._second_family = _family_of(change.confirmed_by, people)
        sites = with_predecessors([change.organization]).order_by()
        self._sites = set(sites.values_list("pk", flat=True))
        cases = Correction.objects.open().filter(dose__in=ids).order_by("-received_at")
        self._cases = dict(cases.values_list("dose_id", "reference"))
        waiting = DoseChange.objects.filter(dose__in=ids, state=DoseChange.State.WAITING)
        self._waiting = set(waiting.values_list("dose_id", flat=True))
        self.had_case = rested_on(ids)

    def judge(self, dose: Dose) -> Judged:
        """Return what the act would do to this dose now; stores nothing."""
        refused = self._refused(dose)
        if refused is not None:
            return refused
        changes = facts.differing(dose, self._change.changes)
        if not changes:
            return Judged(Verdict.SAME)
        found = mending.doubts(dose, changes)
        if impossible := [one for one in found if one.code in IMPOSSIBLE]:
            return Judged(Verdict.REFUSED, Reason.IMPOSSIBLE, found=impossible)
        try:
            actions.check(dose, values_of(changes))
        except ValidationError as problem:
            on_record = any(one.code == "on_record" for one in _errors(problem))
            reason = Reason.ON_RECORD if on_record else Reason.BY_DATABASE
            return Judged(Verdict.REFUSED, reason)
        return Judged(Verdict.CHANGE, changes=changes, found=found)

    def _refused(self, dose: Dose) -> Judged | None:
        if dose.status != Dose.Status.COMPLETED:
            return Judged(Verdict.REFUSED, Reason.IN_ERROR)
        if dose.organization_id not in self._sites:
            return Judged(Verdict.REFUSED, Reason.ELSEWHERE)
        if dose.citizen_id in self._family:
            return Judged(Verdict.REFUSED, Reason.FAMILY)
        if dose.citizen_id in self._second_family:
            return Judged(Verdict.REFUSED, Reason.SECOND_FAMILY)
        if dose.pk in self._cases:
            return Judged(Verdict.REFUSED, Reason.CASE, reference=self._cases[dose.pk])
        if dose.pk in self._waiting:
            return Judged(Verdict.REFUSED, Reason.WAITS)
        return None


def values_of(changes: Facts) -> dict[str, Any]:
    """Return facts as values of Dose; at another site it stands in no session of this one."""
    values = facts.as_values(changes)
    return {**values, "session": None} if Field.ORGANIZATION in changes else values


def _family_of(user: "User | None", people: Sequence[int]) -> set[int]:
    return own_or_family_among(user, people) if user is not None else set()


def _errors(problem: ValidationError) -> list[ValidationError]:
    if hasattr(problem, "error_dict"):
        return [one for errors in problem.error_dict.values() for one in errors]
    return list(problem.error_list)
