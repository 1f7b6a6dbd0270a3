"""The dated rules about vaccines, as they were in force on the day of a dose."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from doses.models import Span, Vaccine, VaccineGroup, VaccineRule
from doses.models.vaccines import Dated

About = VaccineRule.About


def holds(rule: Dated, day: date) -> bool:
    """Whether the rule was in force on this day."""
    after = rule.from_on is None or rule.from_on <= day
    return after and (rule.until_on is None or day <= rule.until_on)


class RuleBook:
    """The rules of all groups, read once in one query."""

    def __init__(self) -> None:
        # By what they are about and the vaccine: a file asks a million times.
        self._found: dict[tuple[str, int], list[VaccineRule]] = {}
        self._shortest: dict[tuple[int, str, date], int | None] = {}
        self._first_of_kind: dict[tuple[int, str], date | None] = {}
        # The first and the last birth found so far of people of the right age.
        self._right_age: dict[tuple[int, date], tuple[date, date]] = {}

    @cached_property
    def _rules(self) -> list[VaccineRule]:
        return list(VaccineRule.objects.order_by("pk"))

    @cached_property
    def _groups(self) -> dict[int, VaccineGroup]:
        return {group.pk: group for group in VaccineGroup.objects.all()}

    def first_day(self, vaccine: Vaccine) -> date | None:
        """The day of the first dose of its group in Viet Nam, if known."""
        group = self._groups.get(vaccine.group_id or 0)
        return group.first_given_on if group else None

    def shortest_interval(self, vaccine: Vaccine, kind: str, day: date) -> int | None:
        """Return the shortest usual interval in days before a dose of this kind; None if unknown."""
        key = (vaccine.pk, kind, day)
        if key not in self._shortest:
            self._shortest[key] = next(
                (
                    (Span(rule.span).after(day, rule.value) - day).days
                    for rule in self._about(About.SHORTEST_INTERVAL, vaccine, kind, day)
                    if rule.value
                ),
                None,
            )
        return self._shortest[key]

    def first_day_of_kind(self, vaccine: Vaccine, kind: str) -> date | None:
        """The day from which doses of this kind are given; None if they always were."""
        key = vaccine.pk, kind
        if key not in self._first_of_kind:
            found = [
                rule.from_on
                for rule in self._of(About.GIVEN, vaccine)
                if rule.dose_kind == kind and rule.from_on
            ]
            self._first_of_kind[key] = min(found, default=None)
        return self._first_of_kind[key]

    def is_known_to_follow(self, vaccine: Vaccine, before: Vaccine, day: date) -> bool:
        """Whether a rule let this vaccine follow another one on that day."""
        return any(
            rule.after_id == before.pk and holds(rule, day)
            for rule in self._of(About.MAY_FOLLOW, vaccine)
        )

    def mixes(self, vaccine: Vaccine) -> bool:
        """Whether any rule of its group speaks of one vaccine after another."""
        return vaccine.group_id in self._mixing

    @cached_property
    def _mixing(self) -> set[int]:
        return {rule.group_id for rule in self._rules if rule.about == About.MAY_FOLLOW}

    def is_age_for(self, vaccine: Vaccine, born: date, day: date) -> bool:
        """Whether a person born then was neither too young nor too old on that day.

        Rules set a lowest and a highest age: who was born between two people of the right age is too.
        """
        key = vaccine.pk, day
        first, last = self._right_age.get(key, (date.max, date.min))
        if first <= born <= last:
            return True
        is_right = self.was_old_enough(vaccine, born, day)[0] and not self.was_too_old(
            vaccine, born, day
        )
        if is_right:
            self._right_age[key] = min(first, born), max(last, born)
        return is_right

    def was_old_enough(self, vaccine: Vaccine, born: date, day: date) -> tuple[bool, date | None]:
        """Whether a person born then was old enough; and if not, from when on their age was.

        The second is None where no later rule allowed this age.
        """
        rules = list(self._of(About.LOWEST_AGE, vaccine))
        now = [rule for rule in rules if holds(rule, day)]
        if all(_reached(rule, born) <= day for rule in now):
            return True, None
        allowing = [
            rule.from_on
            for rule in rules
            if rule.from_on and rule.from_on > day and _reached(rule, born) <= day
        ]
        return False, min(allowing, default=None)

    def was_too_old(self, vaccine: Vaccine, born: date, day: date) -> bool:
        """Whether a person born then was older than the highest age, in full years."""
        return any(
            rule.value is not None and Span(rule.span).after(born, rule.value + 1) <= day
            for rule in self._of(About.HIGHEST_AGE, vaccine)
            if holds(rule, day)
        )

    def _about(self, about: str, vaccine: Vaccine, kind: str, day: date) -> Iterable[VaccineRule]:
        """Return the rules in force, those of this kind and this vaccine first."""
        found = [
            rule
            for rule in self._of(about, vaccine)
            if rule.dose_kind in ("", kind) and holds(rule, day)
        ]
        return sorted(found, key=lambda rule: (rule.dose_kind == "", rule.vaccine_id is None))

    def _of(self, about: str, vaccine: Vaccine) -> list[VaccineRule]:
        key = (about, vaccine.pk)
        if key not in self._found:
            self._found[key] = [
                rule
                for rule in self._rules
                if rule.about == about
                and rule.group_id == vaccine.group_id
                and rule.vaccine_id in (None, vaccine.pk)
            ]
        return self._found[key]


def _reached(rule: VaccineRule, born: date) -> date:
    return Span(rule.span).after(born, rule.value or 0)
