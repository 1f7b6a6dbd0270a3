"""Puts questions to the population database, and says in words how they stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from citizens.models import Citizen
from identity.population.client import Outcome, Trouble, is_on
from identity.population.facts import named
from identity.population.models import TROUBLE_LABELS, PopulationAnswer, PopulationQuestion
from vaxreg import db_time, ui
from vaxreg.celery import hint

# Called with each answer, in the transaction that stores it: apps above this one add theirs when
# they start. One that raises leaves the question as it was, to be asked again later.
LISTENERS: list[Callable[[PopulationAnswer], None]] = []


def put(citizen: Citizen, *, proposed: Mapping[str, str], reference: str) -> None:
    """Ask whether the record would be right with these facts of a correction in it.

    The answer comes later, to LISTENERS. Does nothing where no database is configured, and when the
    same is asked already. Needs a transaction.
    """
    if not is_on():
        return
    now = db_time.now()
    PopulationQuestion.objects.bulk_create(
        [
            PopulationQuestion(
                citizen=citizen,
                correction_reference=reference,
                proposed=dict(proposed),
                put_at=now,
                due_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    hint("identity.ask_population")


def drop(reference: str) -> None:
    """Take back what nobody needs to know any more: the correction is closed.

    A question whose answer is being stored stays: its transaction waits for this one.
    """
    rows = PopulationQuestion.objects.filter(correction_reference=reference)
    free = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
    if ids := list(free):
        PopulationQuestion.objects.filter(pk__in=ids).delete()


def is_waiting(reference: str) -> bool:
    """Whether a question about this correction has no answer yet."""
    return PopulationQuestion.objects.filter(correction_reference=reference).exists()


def newest_answer(reference: str) -> PopulationAnswer | None:
    """Return what was answered last about this correction's proposal."""
    answers = PopulationAnswer.objects.filter(correction_reference=reference)
    return answers.order_by("-at", "-pk").first()


@dataclass(frozen=True)
class Standing:
    """How the question of a correction stands, for a reader. kind: of the notice that shows it."""

    kind: str
    title: str
    words: str


def standing(reference: str) -> Standing | None:
    """Return what the reviewer of a correction reads; None when nothing was ever asked."""
    question = PopulationQuestion.objects.filter(correction_reference=reference).first()
    if question is not None:
        return _of_question(question)
    answer = newest_answer(reference)
    return None if answer is None else _of_answer(answer)


def _of_question(question: PopulationQuestion) -> Standing:
    if question.failing_since is None:
        return Standing(
            "info",
            _("The population database is being asked"),
            _("Asked at %(time)s. Usually the answer is here within a minute or two.")
            % {"time": ui.when(question.put_at)},
        )
    return Standing(
        "warning",
        _("The population database does not answer"),
        _("%(trouble)s, since %(since)s. It is asked again by itself; you may decide without it.")
        % {
            "trouble": TROUBLE_LABELS[Trouble(question.trouble)],
            "since": ui.when(question.failing_since),
        },
    )


def _of_answer(answer: PopulationAnswer) -> Standing:
    values = {"time": ui.when(answer.at), "facts": named(answer.fields)}
    match Outcome(answer.outcome):
        case Outcome.MATCH:
            return Standing(
                "info",
                _("The population database: all four facts match"),
                _("As proposed, at %(time)s.") % values,
            )
        case Outcome.MISMATCH:
            return Standing(
                "warning",
                _("The population database: does not match"),
                _("Differs from what is proposed: %(facts)s. Answered at %(time)s.") % values,
            )
        case Outcome.NOT_FOUND:
            return Standing(
                "warning",
                _("The population database: not found"),
                _("It knows nobody with this ID number. Answered at %(time)s.") % values,
            )
        case Outcome.BAD_FORMAT:
            return Standing(
                "info",
                _("The population database cannot be asked"),
                _(
                    "It needs the number of an identity card (9 or 12 digits), name, date of birth and "
                    "sex. Missing, or of another form: %(facts)s."
                )
                % values,
            )
