"""What the citizen does with an answer, which changes nothing in the case itself."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from corrections import lifecycle
from corrections.actions.turn import lock
from corrections.lifecycle import Party, Status, StepNotPossible
from corrections.models import Correction, Dismissal, HelpAnswer
from corrections.parties import parties_of

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def dismiss(correction: Correction, *, by: "User") -> Correction:
    """Put away an answer that did not grant the proposal; it stays with the case.

    A second press adds nothing. Raises StepNotPossible while there is no such answer.
    """
    return _put(correction, by, is_dismissed=True)


@transaction.atomic
def restore(correction: Correction, *, by: "User") -> Correction:
    """Show an answer again that was put away."""
    return _put(correction, by, is_dismissed=False)


@transaction.atomic
def rate(correction: Correction, *, by: "User", helped: bool) -> Correction:
    """Say whether the decision in force helped; a later word replaces an earlier one.

    Raises StepNotPossible while nothing is decided.
    """
    case = lock(correction)
    if Party.CITIZEN not in parties_of(by, case):
        raise PermissionDenied
    if case.decided_at is None or case.holder is None:
        raise StepNotPossible("rate", Status(case.status))
    newest = case.help_answers.filter(decided_at=case.decided_at).last()
    if newest is None or newest.helped != helped:
        HelpAnswer.objects.create(
            correction=case, by=by, decided_at=case.decided_at, holder=case.holder, helped=helped
        )
    return case


def _put(correction: Correction, by: "User", *, is_dismissed: bool) -> Correction:
    case = lock(correction)
    if Party.CITIZEN not in parties_of(by, case):
        raise PermissionDenied
    if case.status not in lifecycle.NOT_GRANTED:
        raise StepNotPossible("dismiss", Status(case.status))
    newest = case.dismissals.filter(version=case.version).last()
    if is_dismissed != (newest is not None and newest.is_dismissed):
        Dismissal.objects.create(
            correction=case, by=by, version=case.version, is_dismissed=is_dismissed
        )
    return case
