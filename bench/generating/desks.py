"""Which desk gets a case, whom a milestone tells, and the sentences: the product's own answers, kept.

A chunk asks the same of the same few organizations; each is asked of the database once.
"""

from datetime import date, datetime
from typing import Protocol

from django.utils.translation import override

from bench.generating.places import Country
from corrections.clocks import deadlines, working_days
from corrections.clocks.deadlines import Addressee
from corrections.clocks.milestones import LevelsAboveCache, Told
from corrections.lifecycle import GROUND_SENTENCES, Ground
from corrections.models import Kind
from corrections.models.case import IDENTITY_KINDS
from corrections.routing import desks
from corrections.searched import CANNOT_CONFIRM_SENTENCES, About
from organizations.models import Organization
from portal.draft_check import CONSENT_VERSION


class RoutedCase(Protocol):
    """What routing asks of a case."""

    kind: Kind
    named_site: int | None
    is_pool: bool

    @property
    def giver(self) -> int | None: ...

    @property
    def station(self) -> int: ...


class CaseDesks:
    """The answers for one process."""

    consent = CONSENT_VERSION

    def __init__(self, country: Country) -> None:
        self._country = country
        self._above = LevelsAboveCache()
        self._above.learn(set(country.organizations))
        self._is_off = working_days.off_days()
        self._statutory: dict[date, datetime] = {}
        self._reasons: dict[tuple[str, int], dict[str, str]] = {}
        self._appeals: dict[int, dict[str, str]] = {}

    def statutory_due(self, at: datetime) -> datetime:
        """Return when the first answer under the law is due: it depends on the day alone."""
        day = at.astimezone(deadlines.HERE).date()
        if day not in self._statutory:
            days = self._country.policy.statutory_working_days
            self._statutory[day] = deadlines.working_days_after(at, days, self._is_off)
        return self._statutory[day]

    def told(self, holder: int, addressee: Addressee) -> Told:
        return self._above.of(holder, addressee)

    def desk_of(self, case: RoutedCase) -> tuple[int, dict[str, str]]:
        """Return the desk that gets it, and why, as routing says it: somebody works at each."""
        if case.kind in IDENTITY_KINDS:
            key = ("identity", case.station)
        elif case.is_pool:
            key = ("named_area", case.station)
        elif case.named_site is not None:
            key = ("named", case.named_site)
        else:
            key = ("gave_the_dose", case.giver or 0)
        if key not in self._reasons:
            self._reasons[key] = desks.reason_routed(key[0], self._country.organizations[key[1]])
        return key[1], self._reasons[key]

    def appealed(self, before: Organization, desk: Organization) -> dict[str, str]:
        """Return the routing reason of an appeal."""
        if before.pk not in self._appeals:
            self._appeals[before.pk] = desks.reason_appealed(before, desk)
        return self._appeals[before.pk]

    def cannot_confirm(self, kind: Kind) -> str:
        about = About.MISSING_DOSE if kind == Kind.MISSING_DOSE else About.RECORDED_DOSE
        if kind in IDENTITY_KINDS:
            about = About.PERSON
        with override("vi"):
            return str(CANNOT_CONFIRM_SENTENCES[about])

    def ground(self, ground: Ground) -> str:
        with override("vi"):
            return str(GROUND_SENTENCES[ground])
