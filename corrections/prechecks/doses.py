"""Warnings about a proposed dose: its position, its day, its vaccine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from citizens.models import Citizen
from corrections.models import Kind
from corrections.prechecks import person
from corrections.prechecks.rules import RULES, Code, ProposalWarning, Values
from doses.facts import Facts, Field, Position, known_day
from doses.models import Dose, Vaccine

# Additional doses after 28 days, boosters after 3 months (Ministry of Health, December 2021; at
# first 6 months). Three months have at least 89 days.
ADDITIONAL_AFTER = 28
BOOSTER_AFTER = 89
# Dispatch 10225/BYT-DP of 01/12/2021: additional and booster doses from December 2021.
FIRST_BOOSTER_DAY = date(2021, 12, 1)
# Dispatch 8688/BYT-DP of 14/10/2021 for 12 to 17 years; 5 to 11 years from April 2022.
FIRST_DAYS_OF_AGES = ((5, 12, date(2022, 4, 1)), (12, 18, date(2021, 10, 14)))

ORDER = list(Position.values)


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

    def as_it_would_stand(self) -> "DoseOnRecord":
        """Return the dose as it would be on the record after acceptance."""
        facts = self.facts
        vaccine, day = self._vaccine(), known_day(facts)
        if self.dose is None:
            return DoseOnRecord(facts.get(Field.POSITION, ""), day, vaccine, is_recorded=False)
        recorded = _line_of(self.dose)
        return DoseOnRecord(
            facts.get(Field.POSITION) or recorded.position,
            day or recorded.given_on,
            vaccine or recorded.vaccine,
            is_recorded=False,
        )

    def _vaccine(self) -> Vaccine | None:
        code = self.facts.get(Field.VACCINE)
        return Vaccine.objects.filter(code=code).first() if code else None


@dataclass(frozen=True)
class DoseOnRecord:
    """A dose on the record now or after acceptance; unknown values are empty."""

    position: str
    given_on: date | None
    vaccine: Vaccine | None
    is_recorded: bool = True


def about_claims(citizen: Citizen, proposals: Sequence[Proposal]) -> list[list[ProposalWarning]]:
    """Return the warnings for each proposal of one filing, as if the others were accepted.

    Only what the citizen proposes is checked: a wrong lot gives no warning about intervals.
    """
    recorded = _recorded(citizen)
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
        about_dose = _of_the_line(line, others, citizen)
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
    recorded = _recorded(citizen)
    others = [line for pk, line in recorded.items() if dose is None or pk != dose.pk]
    return _of_the_line(Proposal(None, facts).as_it_would_stand(), others, citizen)


def _recorded(citizen: Citizen) -> dict[int, DoseOnRecord]:
    doses = Dose.objects.completed().of(citizen).select_related("vaccine").order_by("given_on")
    return {dose.pk: _line_of(dose) for dose in doses}


def _line_of(dose: Dose) -> DoseOnRecord:
    return DoseOnRecord(f"{dose.kind}-{dose.ordinal}", dose.given_on, dose.vaccine)


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
    line: DoseOnRecord, others: Sequence[DoseOnRecord], citizen: Citizen
) -> list[ProposalWarning]:
    found = _of_the_position(line, others)
    if line.given_on:
        found += _of_the_day(line.given_on, line, others, citizen)
    if line.vaccine:
        found += _of_the_vaccine(line.vaccine, line, citizen)
    return found


def _of_the_position(line: DoseOnRecord, others: Sequence[DoseOnRecord]) -> list[ProposalWarning]:
    """Warn when the position is taken already, or the position before it is missing."""
    if not line.position:
        return []
    found = []
    positions = {other.position: other for other in others}
    twin = positions.get(line.position)
    values: Values = {"dose": str(line.position)}
    if twin is not None and twin.is_recorded and twin.given_on:
        taken: Values = {"dose_taken": line.position, "day_taken": twin.given_on.isoformat()}
        found.append(ProposalWarning(Code.POSITION_TAKEN, Field.POSITION, taken))
    elif twin is not None:
        found.append(ProposalWarning(Code.POSITION_TWICE, Field.POSITION, values))
    before = _predecessor(line.position)
    if before and before not in positions:
        gap: Values = {**values, "dose_before": before}
        found.append(ProposalWarning(Code.POSITION_GAP, Field.POSITION, gap))
    return found


def _predecessor(position: str) -> str:
    """Return the position that must come before this one; "" when there is none."""
    kind, ordinal = position.rsplit("-", 1)
    if int(ordinal) > 1:
        return f"{kind}-{int(ordinal) - 1}"
    return "" if kind == Dose.Kind.PRIMARY else Position.PRIMARY_1.value


def _of_the_day(
    day: date, line: DoseOnRecord, others: Sequence[DoseOnRecord], citizen: Citizen
) -> list[ProposalWarning]:
    found = []
    if day < citizen.date_of_birth:
        found.append(ProposalWarning(Code.BEFORE_BIRTH, Field.GIVEN_ON))
    if _kind(line) in (Dose.Kind.BOOSTER, Dose.Kind.ADDITIONAL) and day < FIRST_BOOSTER_DAY:
        early: Values = {"dose": line.position, "day_first": FIRST_BOOSTER_DAY.isoformat()}
        found.append(ProposalWarning(Code.BOOSTER_TOO_EARLY, Field.GIVEN_ON, early))
    days = [other.given_on for other in others if other.given_on]
    if days and not line.position and day < min(days):
        first: Values = {"day_first": min(days).isoformat()}
        found.append(ProposalWarning(Code.BEFORE_FIRST_DOSE, Field.GIVEN_ON, first))
    beside = [warning for other in others for warning in _beside(day, line, other)]
    # For each code keep only the nearest dose.
    nearest = {w.code: w for w in sorted(beside, key=lambda w: -int(w.values.get("days", 0)))}
    return found + list(nearest.values())


def _kind(line: DoseOnRecord) -> str:
    return line.position.partition("-")[0]


def _beside(day: date, line: DoseOnRecord, other: DoseOnRecord) -> list[ProposalWarning]:
    """Compare one dose with another: same day, wrong order, or too short an interval."""
    if other.given_on is None:
        return []
    apart = abs((day - other.given_on).days)
    values: Values = {"day": other.given_on.isoformat(), "days": apart}
    if apart == 0 and other.is_recorded and other.vaccine:
        named: Values = {"vaccine": other.vaccine.name}
        return [ProposalWarning(Code.SAME_DAY, Field.GIVEN_ON, named)]
    if apart == 0:
        return [ProposalWarning(Code.SAME_DAY_TWICE, Field.GIVEN_ON)]
    if _out_of_order(day, line, other):
        order: Values = {**values, "dose": line.position, "dose_other": other.position}
        return [ProposalWarning(Code.OUT_OF_ORDER, Field.GIVEN_ON, order)]
    later = line if day > other.given_on else other
    earlier = other if later is line else line
    shortest = _shortest(earlier, later)
    if shortest and apart < shortest:
        return [ProposalWarning(Code.TOO_NEAR, Field.GIVEN_ON, {**values, "shortest": shortest})]
    return []


def _out_of_order(day: date, line: DoseOnRecord, other: DoseOnRecord) -> bool:
    if not line.position or not other.position or line.position == other.position:
        return False
    comes_first = ORDER.index(line.position) < ORDER.index(other.position)
    return other.given_on is not None and comes_first != (day < other.given_on)


def _shortest(earlier: DoseOnRecord, later: DoseOnRecord) -> int | None:
    """Return the shortest usual interval in days from one dose to a later one; None if unknown."""
    if _kind(later) == Dose.Kind.BOOSTER:
        return BOOSTER_AFTER
    if _kind(later) == Dose.Kind.ADDITIONAL:
        return ADDITIONAL_AFTER
    same = earlier.vaccine is not None and earlier.vaccine == later.vaccine
    return earlier.vaccine.interval_min_days if same and earlier.vaccine else None


def _of_the_vaccine(
    vaccine: Vaccine, line: DoseOnRecord, citizen: Citizen
) -> list[ProposalWarning]:
    found = []
    named: Values = {"vaccine": vaccine.name}
    if vaccine.approved_on is None:
        found.append(ProposalWarning(Code.NOT_USED_HERE, Field.VACCINE, named))
    elif line.given_on and line.given_on < vaccine.approved_on:
        approved: Values = {**named, "day": vaccine.approved_on.isoformat()}
        found.append(ProposalWarning(Code.BEFORE_APPROVAL, Field.VACCINE, approved))
    kind, _hyphen, ordinal = line.position.partition("-")
    if kind == Dose.Kind.PRIMARY and int(ordinal) > vaccine.primary_doses:
        course: Values = {**named, "number": vaccine.primary_doses}
        found.append(ProposalWarning(Code.MORE_THAN_THE_COURSE, Field.POSITION, course))
    if line.given_on and line.given_on >= citizen.date_of_birth:
        found += _of_the_age(vaccine, line.given_on, _age(citizen.date_of_birth, line.given_on))
    return found


def _of_the_age(vaccine: Vaccine, day: date, age: int) -> list[ProposalWarning]:
    values: Values = {"vaccine": vaccine.name, "age": age}
    too_young = vaccine.min_age is not None and age < vaccine.min_age
    too_old = vaccine.max_age is not None and age > vaccine.max_age
    if too_young or too_old:
        return [ProposalWarning(Code.NOT_FOR_THIS_AGE, Field.VACCINE, values)]
    for youngest, below, first_day in FIRST_DAYS_OF_AGES:
        if youngest <= age < below and day < first_day:
            values = {"age": age, "day_first": first_day.isoformat()}
            return [ProposalWarning(Code.NOT_YET_FOR_THIS_AGE, Field.GIVEN_ON, values)]
    return []


def _of_the_whole(proposal: Proposal) -> list[ProposalWarning]:
    """Warn when every fact on the paper is said to be wrong: perhaps it is another dose."""
    said = proposal.facts
    elsewhere = Field.ORGANIZATION in said or bool(proposal.site_text)
    if proposal.dose and elsewhere and Field.VACCINE in said and Field.GIVEN_ON in said:
        return [ProposalWarning(Code.EVERYTHING_DIFFERS, Field.VACCINE)]
    return []


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
