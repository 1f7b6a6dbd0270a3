"""The verb by which the system decides: the population database says that all four facts match."""

import logging

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from corrections import facts
from corrections.actions.system import route
from corrections.actions.turn import begin, finish, lock
from corrections.decisions import effects, population
from corrections.lifecycle import DECIDABLE, Status
from corrections.models import Correction, OutboxRow
from identity.models import PopulationAnswer
from identity.population.client import Outcome
from identity.population.facts import SOURCE, FourFacts

log = logging.getLogger(__name__)


def hear(answer: PopulationAnswer) -> None:
    """Do what follows from an answer about a correction (identity.population.questions.LISTENERS)."""
    if not answer.correction_reference:
        return
    case = Correction.objects.filter(reference=answer.correction_reference).first()
    if case is None or answer.outcome == Outcome.BAD_FORMAT:
        return
    if not FourFacts.of(case.citizen.kept, case.proposed).is_same_as(answer.fingerprint):
        # The record has changed while it was asked.
        if case.is_open:
            population.ask(case)
    elif answer.outcome == Outcome.MATCH:
        accept_matching(case, answer)


@transaction.atomic
def accept_matching(correction: Correction, answer: PopulationAnswer) -> Correction:
    """Accept a proposal about a person as the population database says; change the record.

    The answer takes the place of the identity paper, and of the second person. Does nothing when
    the case is closed, waits for a second person, or is not for the database to decide
    (decisions/population.py): a person decides it then.
    """
    case = lock(correction)
    if case.status not in (Status.RECEIVED, *DECIDABLE) or population.why_not(case, answer):
        return case
    try:
        with transaction.atomic():
            return _accept(route(case), answer)
    except ValidationError:
        log.info("a match was not accepted: %s", case.reference)
        return lock(correction)


def _accept(case: Correction, answer: PopulationAnswer) -> Correction:
    turn = begin("accept", case, by=None)
    case, today = turn.case, timezone.localdate(turn.at)
    wanted = facts.check(case.proposed, today=today, to_record=True, kind=case.kind)
    with translation.override("vi"):
        why = str(SOURCE)
    effects.apply(case, wanted, by=None, why=why)
    case.decided, case.decided_source = wanted, Correction.Source.POPULATION
    return finish(
        turn,
        "accept",
        data={"decision": "accept", "source": case.decided_source, "answer": answer.pk},
        follow=OutboxRow.Errand.TELL,
    )
