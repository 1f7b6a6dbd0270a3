"""The phone numbers of a person: of those who open the record, and the one that stands on it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, RecordLink

GUARDIAN = _("Guardian")
RELATIVE = _("Family member who was agreed to")
OWN_ACCOUNT = _("The person’s own sign-in")
ON_RECORD = _("Number of the record")


@dataclass(frozen=True)
class CitizenPhone:
    """One number (E.164), and whose it is: everything that is known of it."""

    number: str
    whose: tuple[Promise, ...]


def of_record(citizen: Citizen, *first: tuple[str, Promise]) -> list[CitizenPhone]:
    """Return the numbers of a record, each once. first: numbers that stand before all others."""
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.live().filter(citizen__in=whole, user__phone_verified=True)
    openers = links.select_related("user").order_by("pk")
    relations = {
        RecordLink.Relation.SELF: OWN_ACCOUNT,
        RecordLink.Relation.GUARDIAN: GUARDIAN,
        RecordLink.Relation.RELATIVE: RELATIVE,
    }
    found = [
        *first,
        *((one.user.phone or "", relations[RecordLink.Relation(one.relation)]) for one in openers),
        *((one.phone, ON_RECORD) for one in whole.order_by("pk")),
    ]
    whose: dict[str, list[Promise]] = {}
    for number, label in found:
        if number and label not in whose.setdefault(number, []):
            whose[number].append(label)
    return [CitizenPhone(number, tuple(labels)) for number, labels in whose.items()]
