"""What the population database may decide: facts about a person, when it says that all four match.

Dispatch 9438/BYT-CNTT: the health side decides facts about doses, the police those about identity.
What a match does not show is whose record it is, so a proposal that could turn a record into another
person's waits for somebody who sees the paper (ADR 39).
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from citizens import facts as identity_facts
from citizens.facts import IdentityField
from citizens.models import Citizen
from corrections import lifecycle
from corrections.models import Correction, DelayedDecision, Kind
from doses.facts import Facts
from identity.models import PopulationAnswer
from identity.population import questions
from identity.population.client import Outcome
from identity.population.facts import FOUR, FourFacts, named
from identity.population.questions import Standing
from vaxreg.search import search_key

_FOUR = {name.value for name in FOUR}


def ask(case: Correction) -> None:
    """Ask about the facts that a correction proposes, if they are about the person."""
    if case.kind == Kind.IDENTITY and _FOUR & set(case.proposed):
        questions.put(case.citizen.kept, proposed=case.proposed, reference=case.reference)


def standing(case: Correction) -> Standing | None:
    """Return what the desk reads about the question of a case; None without one."""
    if case.kind != Kind.IDENTITY:
        return None
    found = questions.standing(case.reference)
    answer = questions.newest_answer(case.reference) if case.is_open else None
    if found is None or answer is None or answer.outcome != Outcome.MATCH:
        return found
    return Standing("warning", found.title, f"{found.words} {why_not(case, answer)}".strip())


def is_being_asked(case: Correction) -> bool:
    """Whether an answer may come that decides the case."""
    is_about_person = case.kind == Kind.IDENTITY and case.is_open
    return is_about_person and questions.is_waiting(case.reference) and not why_never(case)


def why_not(case: Correction, answer: PopulationAnswer) -> str:
    """Return why a match does not decide this case, in words; "" when it does.

    The case is one whose row is locked, or that is only shown.
    """
    if never := why_never(case):
        return never
    if not FourFacts.of(case.citizen.kept, case.proposed).is_same_as(answer.fingerprint):
        return _("The record has changed since then.")
    if DelayedDecision.objects.live().filter(correction=case).exists():
        return _("A colleague has decided.")
    return ""


def why_never(case: Correction) -> str:
    """Return why no answer could decide this case, in words; "" when a match would."""
    if case.on_appeal or case.events.filter(step__in=lifecycle.UNDOING).exists():
        return _("It was decided before, so a person decides now.")
    citizen = case.citizen.kept
    if beside := set(case.proposed) - _FOUR:
        names = named(sorted(beside))
        return _("It knows nothing about: %(facts)s. A person decides.") % {"facts": names}
    if not keeps_the_person(citizen, case.proposed):
        return _(
            "With so many changes the record could become another person’s: somebody has to see the "
            "identity paper."
        )
    try:
        identity_facts.refuse_taken_number(citizen, case.proposed)
    except ValidationError as taken:
        return taken.messages[0]
    return ""


def keeps_the_person(citizen: Citizen, proposed: Facts) -> bool:
    """Whether the record would still be that of the same person.

    Its proven number stays; or name (marks aside) and date of birth stay, as a site has entered
    them. Whoever has somebody's card could else turn a record of their own into that person's.
    """
    number_stays = citizen.id_number_proven and IdentityField.ID_NUMBER not in proposed
    if citizen.id_number and number_stays:
        return True
    name = proposed.get(IdentityField.FULL_NAME, citizen.full_name)
    return (
        citizen.provenance != Citizen.Provenance.SELF_DECLARED
        and search_key(name) == search_key(citizen.full_name)
        and IdentityField.DATE_OF_BIRTH not in proposed
    )
