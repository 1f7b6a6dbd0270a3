"""Warnings about a proposed dose: its position, its day, its vaccine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from citizens.models import Citizen
from corrections.models import Kind
from corrections.prechecks import person
from corrections.prechecks.rules import RULES, Code, ProposalWarning
from doses.facts import Facts, Field, known_day
from doses.models import Dose, Vaccine
from doses.plausibility import checks
from doses.plausibility.checks import DoseLine, about_line, line_of, recorded_lines
from doses.plausibility.rules import RuleBook
from doses.plausibility.warnings import DoseWarning


@dataclass(frozen=True)
class Proposal:
    """A proposal about one dose; dose is None for a missing one and for facts about the person."""

    dose: Dose | None
    facts: Facts
    site_text: str = ""
    kind: str = Kind.WRONG_FIELDS

    @property
    def leaves_a_dose(self) -> bool:
        """If accepted, the record has a dose with these facts."""
        return self.kind in (Kind.WRONG_FIELDS, Kind.MISSING_DOSE)

    def as_it_would_stand(self) -> DoseLine:
        """Return the dose as it would be on the record after acceptance."""
        facts = self.facts
        vaccine, day = self._vaccine(), known_day(facts)
        if self.dose is None:
            return DoseLine(facts.get(Field.POSITION, ""), day, vaccine, is_recorded=False)
        recorded = line_of(self.dose)
        return DoseLine(
            facts.get(Field.POSITION) or recorded.position,
            day or recorded.given_on,
            vaccine or recorded.vaccine,
            is_recorded=False,
            is_abroad=recorded.is_abroad,
        )

    def _vaccine(self) -> Vaccine | None:
        code = self.facts.get(Field.VACCINE)
        return Vaccine.objects.filter(code=code).first() if code else None


def about_claims(citizen: Citizen, proposals: Sequence[Proposal]) -> list[list[ProposalWarning]]:
    """Return the warnings for each proposal of one filing, as if the others were accepted.

    Only what the citizen proposes is checked: a wrong lot gives no warning about intervals.
    """
    rules = RuleBook()
    recorded = recorded_lines(citizen)
    changed = {proposal.dose.pk for proposal in proposals if proposal.dose}
    unchanged = [line for pk, line in recorded.items() if pk not in changed]
    lines = [
        proposal.as_it_would_stand() if proposal.leaves_a_dose else None for proposal in proposals
    ]
    found = []
    for number, (proposal, line) in enumerate(zip(proposals, lines, strict=True)):
        if line is None:
            found.append(person.warnings_about_person(proposal.facts, citizen))
            continue
        others = unchanged + [one for one in lines[:number] + lines[number + 1 :] if one]
        about_dose = _of_the_line(line, others, citizen, rules)
        found.append(
            _concerned(about_dose, proposal)
            + _of_the_whole(proposal)
            + person.warnings_about_person(proposal.facts, citizen)
        )
    return found


def about_dose(
    facts: Facts, citizen: Citizen, *, dose: Dose | None = None
) -> list[ProposalWarning]:
    """Return every warning about a dose with these facts, whoever proposed which of them."""
    line = Proposal(None, facts).as_it_would_stand()
    return _with_a_ground(checks.about_dose(citizen, line, without=dose))


def _concerned(found: Iterable[ProposalWarning], proposal: Proposal) -> list[ProposalWarning]:
    """Keep warnings about a proposed fact, and attach each to a field that was filled in."""
    kept = []
    for warning in found:
        judged = [name for name in RULES[warning.code].judges if name in proposal.facts]
        if judged:
            beside = warning.field if warning.field in judged else judged[0]
            kept.append(replace(warning, field=beside))
    return kept


def _of_the_line(
    line: DoseLine, others: Sequence[DoseLine], citizen: Citizen, rules: RuleBook
) -> list[ProposalWarning]:
    return _with_a_ground(about_line(line, others, citizen.date_of_birth, rules))


def _with_a_ground(found: Iterable[DoseWarning]) -> list[ProposalWarning]:
    """Return what is doubtful, as far as an official ground could be built on it."""
    known = {str(code) for code in Code}
    return [
        ProposalWarning(Code(one.code), one.field, one.values)
        for one in found
        if str(one.code) in known
    ]


def _of_the_whole(proposal: Proposal) -> list[ProposalWarning]:
    """Warn when every fact on the paper is said to be wrong: perhaps it is another dose."""
    said = proposal.facts
    elsewhere = Field.ORGANIZATION in said or bool(proposal.site_text)
    if proposal.dose and elsewhere and Field.VACCINE in said and Field.GIVEN_ON in said:
        return [ProposalWarning(Code.EVERYTHING_DIFFERS, Field.VACCINE)]
    return []
