"""Facts of a dose: field names; check, show and compare them."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from doses.models import Dose, DoseFacts, Vaccine
from organizations.models import Organization
from vaxreg.typed.dates import EARLIEST, PartialDate, Precision
from vaxreg.uuids import with_public_id

Facts = dict[str, str]


class Field(StrEnum):
    VACCINE = "vaccine"
    GIVEN_ON = "given_on"
    ORGANIZATION = "organization"
    LOT = "lot"
    POSITION = "position"


class Position(TextChoices):
    """Kind and ordinal of a dose, as in Decision 43/QĐ-BYT of 07/01/2022 (seven combinations)."""

    PRIMARY_1 = "primary-1", gettext_lazy("Primary dose 1")
    PRIMARY_2 = "primary-2", gettext_lazy("Primary dose 2")
    PRIMARY_3 = "primary-3", gettext_lazy("Primary dose 3")
    ADDITIONAL_1 = "additional-1", gettext_lazy("Additional dose")
    BOOSTER_1 = "booster-1", gettext_lazy("Booster dose 1")
    BOOSTER_2 = "booster-2", gettext_lazy("Booster dose 2")
    BOOSTER_3 = "booster-3", gettext_lazy("Booster dose 3")


NEEDED_TO_ADD = (Field.VACCINE, Field.GIVEN_ON, Field.ORGANIZATION, Field.POSITION)


def dose_name(dose: Dose) -> str:
    """Return a dose in one line: Primary dose 1 · AstraZeneca · 29/08/2021 · the site."""
    day = date_format(dose.given_on, "SHORT_DATE_FORMAT")
    position = Position(f"{dose.kind}-{dose.ordinal}").label
    return " · ".join([str(position), dose.vaccine.name, day, dose.place])


def _vaccine(value: str, today: date) -> str:
    if not Vaccine.objects.filter(code=value).exists():
        raise ValueError(_("Choose a vaccine from the list."))
    return value


def _given_on(value: str, today: date) -> str:
    try:
        day = PartialDate.fromisoformat(value)
    except ValueError:
        raise ValueError(_("Enter the date as day/month/year, for example 27/03/2022.")) from None
    if day.precision == Precision.YEAR:
        raise ValueError(_("This is a year alone. Write the month too, for example 3/2022."))
    if day.first > today:
        raise ValueError(_("The date lies in the future. Enter the date on the paper."))
    if day.last < EARLIEST:
        raise ValueError(_("The date is too long ago. Compare the year with the paper."))
    return day.isoformat()


def _organization(value: str, today: date) -> str:
    if not with_public_id(Organization.objects.all(), value).exists():
        raise ValueError(_("Choose a vaccination site from the list."))
    return value


def _lot(value: str, today: date) -> str:
    if len(value) > 64:
        raise ValueError(_("A lot number has at most 64 characters."))
    return value.upper()


def _position(value: str, today: date) -> str:
    if value not in set(Position.values):
        raise ValueError(_("Choose which dose it was."))
    return value


def facts_of(dose: DoseFacts) -> dict[str, Any]:
    """Return the facts of a dose, or of a revision, in the form in which corrections store them."""
    return {
        "vaccine": dose.vaccine.code,
        "given_on": dose.given_on.isoformat(),
        "organization": str(dose.organization.public_id) if dose.organization else "",
        "lot": dose.lot,
        "position": f"{dose.kind}-{dose.ordinal}",
    }


def differing(dose: Dose, facts: Facts) -> Facts:
    """Return only those facts that differ from the recorded dose.

    A month without a day does not differ from a recorded day in it.
    """
    recorded = facts_of(dose)
    return {
        name: value for name, value in facts.items() if not is_met(name, value, recorded.get(name))
    }


def is_met(name: str, said: str, stands: str | None) -> bool:
    """Whether a fact stands as it was said: the same value, or a day of the month that was said."""
    if name != Field.GIVEN_ON or not stands:
        return said == stands
    return PartialDate.fromisoformat(said).may_be(PartialDate.fromisoformat(stands))


def lacks_a_day(facts: Facts) -> bool:
    """Whether the date is a month alone: a proposal may say so, a dose on the record may not."""
    said = facts.get(Field.GIVEN_ON)
    return said is not None and said != "" and not PartialDate.fromisoformat(said).is_whole


def known_day(facts: Mapping[str, Any]) -> date | None:
    """Return the day that these facts give; None for a month alone, for none, and for nonsense."""
    try:
        day = PartialDate.fromisoformat(str(facts.get(Field.GIVEN_ON) or ""))
    except ValueError:
        return None
    return day.first if day.is_whole else None


def as_values(facts: Facts) -> dict[str, Any]:
    """Return facts as values for the columns of Dose."""
    values: dict[str, Any] = {}
    for name, value in facts.items():
        if name == Field.VACCINE:
            values["vaccine"] = Vaccine.objects.get(code=value)
        elif name == Field.GIVEN_ON:
            values["given_on"] = date.fromisoformat(value)
        elif name == Field.ORGANIZATION:
            values["organization"] = Organization.objects.get(public_id=value)
        elif name == Field.LOT:
            values["lot"] = value
        elif name == Field.POSITION:
            kind, ordinal = value.rsplit("-", 1)
            values["kind"], values["ordinal"] = kind, int(ordinal)
    return values


def dose_title(dose: DoseFacts) -> str:
    """Return a dose as a title: Primary dose 1 · AstraZeneca."""
    return f"{Position(f'{dose.kind}-{dose.ordinal}').label} · {dose.vaccine.name}"
