"""What the vaccination sessions of a site say about a dose that somebody claims. They decide nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from doses.facts import Field, known_day
from doses.models import Dose, ReceivedLot, VaccinationSession
from vaxreg import ui
from vaxreg.uuids import uuid_or_none

# Sessions of one day that are named, and how far the nearest one may lie.
MOST = 3
NEAR = timedelta(days=60)


@dataclass(frozen=True)
class HeldSession:
    """A session with the vaccines and lots that were planned or entered, and how many doses.

    lots: numbers by the name of the vaccine. codes: of these vaccines. given is None before the
    site has counted.
    """

    on: date
    venue: str
    lots: Mapping[str, tuple[str, ...]]
    codes: frozenset[str]
    planned: int | None
    given: int | None
    entered: int

    def has_lot(self, number: str) -> bool:
        return any(number in numbers for numbers in self.lots.values())


def sentences_about(facts: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each session of that site and day, or one about the nearest session.

    facts: of the dose as it is claimed; without a site and a whole day there is nothing to say. So
    it is where the site has no session within NEAR: its sessions of that time are on paper. One
    query.
    """
    site, day = uuid_or_none(str(facts.get(Field.ORGANIZATION) or "")), known_day(facts)
    if site is None or day is None:
        return []
    found = _around(site, day)
    that_day = [one for one in found if one.on == day]
    if that_day:
        return [_of_the_day(one, facts) for one in that_day]
    return [_nearest(found[0])] if found else []


def _around(site: Any, day: date) -> list[HeldSession]:
    """Return the sessions of a site nearest to a day, those of the day first."""
    as_named = JSONObject(code="vaccine__code", name="vaccine__name", lot="number")
    as_entered = JSONObject(code="vaccine__code", name="vaccine__name", lot="lot")
    doses = Dose.objects.completed().filter(session=OuterRef("pk")).order_by()
    entered = doses.values("session").annotate(number=Count("pk")).values("number")
    lots = ReceivedLot.objects.filter(sessions=OuterRef("pk")).order_by()
    rows = (
        VaccinationSession.objects.filter(
            organization__public_id=site, on__range=(day - NEAR, day + NEAR)
        )
        .exclude(status=VaccinationSession.Status.CANCELLED)
        .annotate(
            apart=RawSQL('abs("doses_vaccinationsession"."on" - %s::date)', [day]),
            entered=Coalesce(Subquery(entered), 0),
            named_lots=ArraySubquery(lots.values(one=as_named)),
            entered_lots=ArraySubquery(doses.values(one=as_entered).distinct()),
        )
        .order_by("apart", "pk")
        .values(
            *("on", "venue", "planned_doses", "given_doses", "entered"),
            *("named_lots", "entered_lots"),
        )
    )
    return [_session(row) for row in rows[:MOST]]


def _session(row: Mapping[str, Any]) -> HeldSession:
    used = [*row["named_lots"], *row["entered_lots"]]
    lots: dict[str, list[str]] = {}
    for one in used:
        numbers = lots.setdefault(one["name"], [])
        if one["lot"] and one["lot"] not in numbers:
            numbers.append(one["lot"])
    return HeldSession(
        on=row["on"],
        venue=row["venue"],
        lots={name: tuple(sorted(numbers)) for name, numbers in sorted(lots.items())},
        codes=frozenset(one["code"] for one in used),
        planned=row["planned_doses"],
        given=row["given_doses"],
        entered=row["entered"],
    )


def _of_the_day(session: HeldSession, facts: Mapping[str, Any]) -> str:
    head = _("Session that day: %(said)s.") % {"said": _said(session)}
    if session.venue:
        said = {"venue": session.venue, "said": _said(session)}
        head = _("Session at %(venue)s that day: %(said)s.") % said
    return " ".join(filter(None, [head, _compared(session, facts), _counted(session)]))


def _nearest(session: HeldSession) -> str:
    return _("No session on that day; the nearest was on %(day)s: %(said)s.") % {
        "day": ui.day(session.on),
        "said": "; ".join(filter(None, [session.venue, _said(session)])),
    }


def _said(session: HeldSession) -> str:
    """Return vaccines, lots and counts in words: AstraZeneca, lots A, B; planned 120, 98 entered."""
    parts = []
    for name, numbers in session.lots.items():
        lots = ", ".join(numbers)
        counted = ngettext("%(name)s, lot %(lots)s", "%(name)s, lots %(lots)s", len(numbers))
        parts.append(counted % {"name": name, "lots": lots} if numbers else name)
    counts = []
    if session.planned is not None:
        counts.append(_("planned %(number)s") % {"number": ui.number(session.planned)})
    if session.given is not None:
        counts.append(_("given %(number)s") % {"number": ui.number(session.given)})
    counts.append(_("%(number)s entered") % {"number": ui.number(session.entered)})
    return "; ".join([*parts, ", ".join(counts)])


def _compared(session: HeldSession, facts: Mapping[str, Any]) -> str:
    """Return how vaccine and lot agree with the claim; "" where one of both is not known."""
    vaccine, lot = str(facts.get(Field.VACCINE) or ""), str(facts.get(Field.LOT) or "").upper()
    if not session.codes or not (vaccine or lot):
        return ""
    if vaccine and vaccine not in session.codes:
        return _("The vaccine was another one.")
    if lot and not session.has_lot(lot):
        return _("Lot %(lot)s was not used there.") % {"lot": lot}
    return _("The claim agrees with it.")


def _counted(session: HeldSession) -> str:
    """Return whether a dose may still be missing by the site's own count; "" before it counted."""
    if session.given is None:
        return ""
    missing = session.given - session.entered
    if missing <= 0:
        return _("All doses of its count are entered.")
    return ngettext(
        "%(number)s dose of its count is not entered yet.",
        "%(number)s doses of its count are not entered yet.",
        missing,
    ) % {"number": ui.number(missing)}
