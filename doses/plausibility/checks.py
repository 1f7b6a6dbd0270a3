"""What is doubtful about a dose: its position, its day, its vaccine, its lot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property

from citizens.models import Citizen
from doses.facts import Field, Position
from doses.models import Dose, ReceivedLot, Vaccine
from doses.plausibility.rules import RuleBook
from doses.plausibility.warnings import DoseCode, DoseWarning, Values
from organizations.models import Organization
from vaxreg.typed.countries import VIET_NAM
from vaxreg.typed.dates import age_on

ORDER = {position: number for number, position in enumerate(Position.values)}
# Of no more lines, or pairs of lines, it is remembered what was found.
MOST_KEPT = 100_000


@dataclass(frozen=True, eq=False)
class DoseLine:
    """A dose as it stands on the record, or would stand; unknown values are empty.

    No two are equal: what is remembered of one (`Kept`) is found by the object alone.
    """

    position: str
    given_on: date | None
    vaccine: Vaccine | None
    is_recorded: bool = True
    is_abroad: bool = False

    @cached_property
    def kind(self) -> str:
        return self.position.partition("-")[0]

    @cached_property
    def group(self) -> int | None:
        """The id of the vaccine's group."""
        return self.vaccine.group_id if self.vaccine else None


def recorded_lines(citizen: Citizen) -> dict[int, DoseLine]:
    """Return the doses that count of a person, by id, the earliest first."""
    doses = Dose.objects.completed().of(citizen).select_related("vaccine").order_by("given_on")
    return {dose.pk: line_of(dose) for dose in doses}


def line_of(dose: Dose) -> DoseLine:
    """Return a dose on the record as a line."""
    return DoseLine(
        f"{dose.kind}-{dose.ordinal}",
        dose.given_on,
        dose.vaccine,
        is_abroad=dose.country != VIET_NAM,
    )


class Kept:
    """What was found of lines, for whoever asks about many people by the same rules.

    It saves time where the same dose of many people is the same object.
    """

    def __init__(self) -> None:
        self._alone: dict[DoseLine, list[DoseWarning]] = {}
        self._beside: dict[tuple[DoseLine, DoseLine], list[DoseWarning] | None] = {}

    def alone(self, line: DoseLine, vaccine: Vaccine, rules: RuleBook) -> list[DoseWarning]:
        """Return what is doubtful about a dose of its vaccine, whoever gets it."""
        found = self._alone.get(line)
        if found is None:
            if len(self._alone) >= MOST_KEPT:
                self._alone.clear()
            found = self._alone[line] = _of_the_vaccine(vaccine, line, rules)
        return found

    def beside(
        self, line: DoseLine, others: Iterable[DoseLine], rules: RuleBook
    ) -> list[tuple[DoseLine, list[DoseWarning]]]:
        """Return the others of its vaccine group, each with what is doubtful beside it."""
        if len(self._beside) >= MOST_KEPT:
            self._beside.clear()
        found = []
        for other in others:
            pair = line, other
            if pair not in self._beside:
                self._beside[pair] = _beside(line, other, rules) if _same_group(*pair) else None
            doubts = self._beside[pair]
            if doubts is not None:
                found.append((other, doubts))
        return found


def about_dose(
    citizen: Citizen,
    line: DoseLine,
    *,
    lot: str = "",
    organization: Organization | None = None,
    without: Dose | None = None,
) -> list[DoseWarning]:
    """Return every doubt about a dose of this person: beside their other doses, and its lot.

    lot: as it is stored. organization: the site whose lots it is held against. without: the dose as
    it stands now, when the line is what it is to become.
    """
    others = [
        other
        for pk, other in recorded_lines(citizen).items()
        if without is None or pk != without.pk
    ]
    found = about_line(line, others, citizen.date_of_birth, RuleBook())
    if organization is not None and line.vaccine and line.given_on:
        found += LotList(organization).about(lot, line.vaccine, line.given_on)
    return found


def about_line(
    line: DoseLine,
    others: Sequence[DoseLine],
    born: date,
    rules: RuleBook,
    kept: Kept | None = None,
) -> list[DoseWarning]:
    """Return every doubt about a dose beside the person's other doses.

    Doses of another vaccine group are left out: their positions and intervals are their own. kept:
    remembers what was found.
    """
    kept = kept or Kept()
    beside = kept.beside(line, others, rules)
    others = [other for other, _doubts in beside]
    found = _of_the_position(line, others)
    if line.given_on:
        doubts = [one for _other, some in beside for one in some]
        found += _of_the_day(line.given_on, line, others, born, rules, doubts)
    if line.vaccine:
        found += kept.alone(line, line.vaccine, rules)
        if line.given_on and line.given_on >= born:
            found += _of_the_age(line.vaccine, line.given_on, born, rules)
        found += _of_the_vaccine_before(line.vaccine, line, others, rules)
    return found


class LotList:
    """The lots that a site received, read once, when the first lot is asked about."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization

    @cached_property
    def _received(self) -> dict[str, list[ReceivedLot]]:
        rows = ReceivedLot.objects.standing().filter(organization=self._organization)
        found: dict[str, list[ReceivedLot]] = {}
        for lot in rows.select_related("vaccine").order_by("pk"):
            found.setdefault(lot.number, []).append(lot)
        return found

    def about(self, lot: str, vaccine: Vaccine, given_on: date) -> list[DoseWarning]:
        """Return the doubts about a lot of a dose; none without a lot.

        A site that has written down no lots gets none either.
        """
        if not lot or not self._received:
            return []
        values: Values = {"lot": lot}
        named = self._received.get(lot)
        if not named:
            return [DoseWarning(DoseCode.LOT_NOT_RECEIVED, Field.LOT, values)]
        fitting = next((one for one in named if one.vaccine_id == vaccine.pk), None)
        if fitting is None:
            other: Values = {**values, "vaccine": named[0].vaccine.name}
            return [DoseWarning(DoseCode.LOT_OF_OTHER_VACCINE, Field.LOT, other)]
        if fitting.expires_on and fitting.expires_on < given_on:
            expired: Values = {**values, "day": fitting.expires_on.isoformat()}
            return [DoseWarning(DoseCode.LOT_EXPIRED, Field.LOT, expired)]
        return []


def _same_group(line: DoseLine, other: DoseLine) -> bool:
    if line.vaccine is None or other.vaccine is None:
        return True
    return line.group == other.group


def _of_the_position(line: DoseLine, others: Sequence[DoseLine]) -> list[DoseWarning]:
    """Warn when the position is taken already, or the position before it is missing."""
    if not line.position:
        return []
    found = []
    positions = {other.position: other for other in others}
    twin = positions.get(line.position)
    if twin is not None and twin.is_recorded and twin.given_on:
        taken: Values = {"dose_taken": line.position, "day_taken": twin.given_on.isoformat()}
        found.append(DoseWarning(DoseCode.POSITION_TAKEN, Field.POSITION, taken))
    elif twin is not None:
        twice: Values = {"dose": str(line.position)}
        found.append(DoseWarning(DoseCode.POSITION_TWICE, Field.POSITION, twice))
    before = _predecessor(line.position)
    if before and before not in positions:
        gap: Values = {"dose": str(line.position), "dose_before": before}
        found.append(DoseWarning(DoseCode.POSITION_GAP, Field.POSITION, gap))
    return found


@cache
def _predecessor(position: str) -> str:
    """Return the position that must come before this one; "" when there is none."""
    kind, ordinal = position.rsplit("-", 1)
    if int(ordinal) > 1:
        return f"{kind}-{int(ordinal) - 1}"
    return "" if kind == Dose.Kind.PRIMARY else Position.PRIMARY_1.value


def _of_the_day(
    day: date,
    line: DoseLine,
    others: Sequence[DoseLine],
    born: date,
    rules: RuleBook,
    beside: list[DoseWarning],
) -> list[DoseWarning]:
    """Return the doubts about a day; beside: what was found beside each of the others."""
    found = []
    if day < born:
        found.append(DoseWarning(DoseCode.BEFORE_BIRTH, Field.GIVEN_ON))
    # Without a vaccine, the other doses say of which group it is.
    vaccine = line.vaccine or next((other.vaccine for other in others if other.vaccine), None)
    if vaccine and not line.is_abroad:
        found += _of_the_first_days(day, line, vaccine, rules)
    if not line.position:
        found += _of_the_first_dose(day, others)
    # For each code keep only the nearest dose.
    nearest = {w.code: w for w in sorted(beside, key=lambda w: -int(w.values.get("days", 0)))}
    return found + list(nearest.values())


def _of_the_first_dose(day: date, others: Iterable[DoseLine]) -> list[DoseWarning]:
    first = min((other.given_on for other in others if other.given_on), default=day)
    if first <= day:
        return []
    values: Values = {"day_first": first.isoformat()}
    return [DoseWarning(DoseCode.BEFORE_FIRST_DOSE, Field.GIVEN_ON, values)]


def _of_the_first_days(
    day: date, line: DoseLine, vaccine: Vaccine, rules: RuleBook
) -> list[DoseWarning]:
    first = rules.first_day(vaccine)
    if first and day < first:
        values: Values = {"day_first": first.isoformat()}
        return [DoseWarning(DoseCode.BEFORE_FIRST_DAY, Field.GIVEN_ON, values)]
    of_kind = rules.first_day_of_kind(vaccine, line.kind)
    if of_kind and day < of_kind:
        early: Values = {"dose": line.position, "day_first": of_kind.isoformat()}
        return [DoseWarning(DoseCode.BOOSTER_TOO_EARLY, Field.GIVEN_ON, early)]
    return []


def _beside(line: DoseLine, other: DoseLine, rules: RuleBook) -> list[DoseWarning]:
    """Compare one dose with another: same day, wrong order, or too short an interval."""
    day = line.given_on
    if day is None or other.given_on is None:
        return []
    apart = abs((day - other.given_on).days)
    values: Values = {"day": other.given_on.isoformat(), "days": apart}
    if apart == 0 and other.is_recorded and other.vaccine:
        named: Values = {"vaccine": other.vaccine.name}
        return [DoseWarning(DoseCode.SAME_DAY, Field.GIVEN_ON, named)]
    if apart == 0:
        return [DoseWarning(DoseCode.SAME_DAY_TWICE, Field.GIVEN_ON)]
    if _out_of_order(day, line, other):
        order: Values = {**values, "dose": line.position, "dose_other": other.position}
        return [DoseWarning(DoseCode.OUT_OF_ORDER, Field.GIVEN_ON, order)]
    later = line if day > other.given_on else other
    earlier = other if later is line else line
    shortest = _shortest(earlier, later, rules)
    if shortest and apart < shortest:
        near: Values = {**values, "shortest": shortest}
        return [DoseWarning(DoseCode.TOO_NEAR, Field.GIVEN_ON, near)]
    return []


def _out_of_order(day: date, line: DoseLine, other: DoseLine) -> bool:
    if not line.position or not other.position or line.position == other.position:
        return False
    comes_first = ORDER[line.position] < ORDER[other.position]
    return other.given_on is not None and comes_first != (day < other.given_on)


def _shortest(earlier: DoseLine, later: DoseLine, rules: RuleBook) -> int | None:
    """Return the shortest usual interval in days from one dose to a later one; None if unknown."""
    vaccine = later.vaccine or earlier.vaccine
    if vaccine is None or later.given_on is None:
        return None
    if later.kind in (Dose.Kind.BOOSTER, Dose.Kind.ADDITIONAL):
        return rules.shortest_interval(vaccine, later.kind, later.given_on)
    same = earlier.vaccine is not None and earlier.vaccine == later.vaccine
    if not same:
        return None
    return rules.shortest_interval(vaccine, Dose.Kind.PRIMARY, later.given_on)


def _of_the_vaccine(vaccine: Vaccine, line: DoseLine, rules: RuleBook) -> list[DoseWarning]:
    found = []
    named: Values = {"vaccine": vaccine.name}
    if not line.is_abroad and rules.first_day(vaccine):
        # Dates of approval are known of groups that were new to the country.
        found += _of_the_approval(vaccine, line)
    kind, _hyphen, ordinal = line.position.partition("-")
    if kind == Dose.Kind.PRIMARY and int(ordinal) > vaccine.primary_doses:
        course: Values = {**named, "number": vaccine.primary_doses}
        found.append(DoseWarning(DoseCode.MORE_THAN_THE_COURSE, Field.POSITION, course))
    return found


def _of_the_approval(vaccine: Vaccine, line: DoseLine) -> list[DoseWarning]:
    named: Values = {"vaccine": vaccine.name}
    if vaccine.approved_on is None:
        return [DoseWarning(DoseCode.NOT_USED_HERE, Field.VACCINE, named)]
    if line.given_on and line.given_on < vaccine.approved_on:
        approved: Values = {**named, "day": vaccine.approved_on.isoformat()}
        return [DoseWarning(DoseCode.BEFORE_APPROVAL, Field.VACCINE, approved)]
    return []


def _of_the_age(vaccine: Vaccine, day: date, born: date, rules: RuleBook) -> list[DoseWarning]:
    if rules.is_age_for(vaccine, born, day):
        return []
    age = age_on(born, day)
    values: Values = {"vaccine": vaccine.name, "age": age}
    old_enough, from_on = rules.was_old_enough(vaccine, born, day)
    if not old_enough and from_on is not None:
        later: Values = {"age": age, "day_first": from_on.isoformat()}
        return [DoseWarning(DoseCode.NOT_YET_FOR_THIS_AGE, Field.GIVEN_ON, later)]
    if not old_enough or rules.was_too_old(vaccine, born, day):
        return [DoseWarning(DoseCode.NOT_FOR_THIS_AGE, Field.VACCINE, values)]
    return []


def _of_the_vaccine_before(
    vaccine: Vaccine, line: DoseLine, others: Iterable[DoseLine], rules: RuleBook
) -> list[DoseWarning]:
    """Warn when a primary dose follows another vaccine, and no rule of that day let it."""
    if line.kind != Dose.Kind.PRIMARY or not line.given_on or not rules.mixes(vaccine):
        return []
    before = [
        other
        for other in others
        if other.given_on and other.given_on < line.given_on and other.kind == line.kind
    ]
    last = max(before, key=lambda other: other.given_on or date.min, default=None)
    if last is None or last.vaccine is None or last.vaccine == vaccine:
        return []
    if rules.is_known_to_follow(vaccine, last.vaccine, line.given_on):
        return []
    values: Values = {"vaccine": vaccine.name, "vaccine_before": last.vaccine.name}
    return [DoseWarning(DoseCode.OTHER_VACCINE, Field.VACCINE, values)]
