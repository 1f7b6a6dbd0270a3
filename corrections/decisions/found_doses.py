"""A missing dose that stands under another name: who may have it, and how it comes to its person.

Sites typed late and in a hurry: a name with a letter off or without marks, a wrong
number, day and month swapped, the twin's record. Looked at are the doses of the case's site on the
days around the one proposed; likeness is the model's (matching/).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from citizens.access import is_own_or_family, own_or_family_among
from citizens.link_messages import everybody, write
from citizens.masking import mask_id
from citizens.models import Citizen, RecordLink
from corrections.decisions.four_eyes import Reason
from corrections.models import Correction, Kind
from doses import actions as dose_actions
from doses.facts import Field, dose_name, dose_title
from doses.models import Dose
from matching.current import current
from matching.features import facts_of
from matching.online import likely_records
from matching.words import evidence
from organizations.queries import with_predecessors
from vaxreg import ui
from vaxreg.addresses import absolute
from vaxreg.typed.dates import PartialDate
from vaxreg.uuids import with_public_id

if TYPE_CHECKING:
    from accounts.models import User

# What the event says about why it was accepted.
MOVED = "moved"
PURPOSE = "dose.moved"
# A date that was typed wrong by a few days; of a month alone, all its days.
DAYS_AROUND = 3
# The doses nearest to the day: more than a station gives in a week; a stadium gives that in hours.
MOST_READ = 3000
MOST_SHOWN = 5
# Bits of evidence beyond the chance of any two people. To have been at the site gives ten alone.
LEAST_BITS = 10.0
NEAR = """
SELECT dose.id, dose.citizen_id
  FROM unnest(%(days)s::date[]) AS near (day)
 CROSS JOIN LATERAL (SELECT id, citizen_id FROM doses_dose
                      WHERE organization_id = ANY(%(sites)s::bigint[]) AND given_on = near.day
                        AND status = %(completed)s OFFSET 0) dose
 LIMIT %(most)s
"""


@dataclass(frozen=True)
class FoundDose:
    """A dose that may be the missing one, on the record of somebody much alike.

    fits, differs: in words, what speaks for it and what against. two: why a second person is asked.
    """

    dose: Dose
    owner: Citizen
    title: str
    fits: Sequence[str]
    differs: Sequence[str]
    two: bool

    @property
    def number(self) -> str:
        """The ID number of that record, masked."""
        return mask_id(self.owner.id_number)


def search(case: Correction, user: "User") -> list[FoundDose]:
    """Return the doses that may be the missing one, the likeliest first; none of the user's family."""
    days, sites = _days(case), sites_of(case)
    if case.kind != Kind.MISSING_DOSE or case.dose_id is not None or not days or not sites:
        return []
    values: dict[str, Any] = {
        "days": days,
        "sites": sites,
        "completed": Dose.Status.COMPLETED.value,
        "most": MOST_READ,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAR, values)
        near: dict[int, int] = dict(cursor.fetchall())
    person = case.citizen.kept
    prefetch_related_objects([person], "documents")
    likely = likely_records(
        facts_of(person, sites),
        least=current().prior + LEAST_BITS,
        most=MOST_SHOWN,
        without=person.pk,
        among=sorted(set(near.values())),
    )
    rank = {one.citizen: number for number, one in enumerate(likely)}
    doses = Dose.objects.filter(pk__in=near, citizen__in=_parts(list(rank))).select_related(
        "citizen__merged_into", "vaccine", "organization"
    )
    family = own_or_family_among(user, rank)
    found = [
        _found(case, dose, likely[rank[dose.citizen.kept.pk]].evidence)
        for dose in doses
        if dose.citizen.kept.pk not in family
    ]
    found.sort(key=lambda one: (rank[one.owner.pk], _apart(case, one.dose), one.dose.pk))
    return found[:MOST_SHOWN]


def sites_of(case: Correction) -> list[int]:
    """Return the ids of the site that the citizen named, else of the holder, with predecessors."""
    site = case.named_site or (None if case.triage_due_at else case.holder)
    return sorted(with_predecessors([site]).values_list("pk", flat=True)) if site else []


def required(case: Correction, public_id: str, revision: int, *, by: "User") -> Dose:
    """Return the dose that was found, locked. Raises PermissionDenied and ValidationError."""
    locked = Dose.objects.select_for_update(of=("self",)).select_related(
        "citizen__merged_into", "vaccine", "organization"
    )
    dose = with_public_id(locked, public_id).first()
    if dose is None or dose.organization_id not in sites_of(case):
        raise PermissionDenied
    if is_own_or_family(by, dose.citizen):
        raise PermissionDenied(
            _("This is your own record or one of your family. A colleague must do this.")
        )
    if dose.revision != revision or dose.status != Dose.Status.COMPLETED:
        raise ValidationError(_("The dose has changed in the meantime. Nothing was stored."))
    other = Correction.objects.open().filter(dose=dose).first()
    if other is not None:
        raise ValidationError(
            _("A case about this dose is open: decide %(reference)s first.")
            % {"reference": other.reference}
        )
    return dose


def pending_dose(case: Correction) -> Dose | None:
    """Return the dose that a decision would move, while it waits for a second person."""
    found = (case.pending or {}).get("found")
    return Dose.objects.filter(public_id=found["dose"]).first() if found else None


def reasons_for_two(dose: Dose) -> list[Reason]:
    """Return why a second person must see it: the record is somebody's who is known.

    Somebody opens it, or it has a number and more doses than this one.
    """
    whole = Citizen.objects.whole(dose.citizen)
    others = Dose.objects.filter(citizen__in=whole).completed().exclude(pk=dose.pk)
    is_opened = RecordLink.objects.live().filter(citizen__in=whole).exists()
    is_known = is_opened or (bool(dose.citizen.kept.id_number) and others.exists())
    return [Reason.OTHER_PERSON] if is_known else []


def move(case: Correction, dose: Dose, *, by: "User", revision: int) -> Dose:
    """Move the dose to the person of the case, and tell whose record it leaves.

    Raises ValidationError as `doses.actions.move` does.
    """
    if is_own_or_family(by, dose.citizen):
        raise PermissionDenied
    left = dose.citizen
    with override("vi"):
        # Both people read it, so it names neither.
        why = _("It was given to the person on whose record it stands now, by the site’s register.")
    case.dose = dose_actions.move(
        dose,
        # Not the kept record: if the records are separated again, the dose stays with its person.
        to=case.citizen,
        revision=revision,
        by=by,
        by_organization=case.holder,
        why=why,
        correction_reference=case.reference,
    )
    _tell(case.dose, left, by)
    return case.dose


def _tell(dose: Dose, left: Citizen, by: "User") -> None:
    """Tell the phones on the record that the dose leaves, and whoever opens it."""

    def words() -> str:
        return _(
            "So Tiem: %(site)s moved a dose from a record that you follow to the person who was given it:"
            " %(dose)s, %(day)s. Not right? Say so: %(page)s or call %(hotline)s."
        ) % {
            "site": dose.place,
            "dose": dose_title(dose),
            "day": ui.day(dose.given_on),
            "page": absolute(reverse("record-dose", args=[dose.public_id])),
            "hotline": ui.hotline().display,
        }

    for to in everybody(left, but=by):
        write(PURPOSE, to, words, once=f"{dose.pk}:{dose.revision}")


def of(case: Correction, dose: Dose) -> FoundDose:
    """Return one dose as the page of the case shows it, whatever its record is like."""
    person = case.citizen.kept
    prefetch_related_objects([person], "documents")
    likely = likely_records(
        facts_of(person, sites_of(case)), least=-1000, among=[dose.citizen_id], without=person.pk
    )
    return _found(case, dose, likely[0].evidence if likely else {})


def _found(case: Correction, dose: Dose, levels: dict[str, tuple[str, float]]) -> FoundDose:
    owner = dose.citizen.kept
    words = evidence({field: level for field, level in levels.items() if level[0] != "site"})
    fits, differs = list(words.speaks_for), list(words.speaks_against)
    if not owner.id_number:
        fits.append(_("no ID number on that record"))
    days = _apart(case, dose)
    if days:
        differs.append(
            ngettext("given %(days)s day apart", "given %(days)s days apart", days)
            % {"days": ui.number(days)}
        )
    if case.proposed.get(Field.VACCINE) not in (None, "", dose.vaccine.code):
        differs.append(_("another vaccine than proposed"))
    return FoundDose(dose, owner, dose_name(dose), fits, differs, bool(reasons_for_two(dose)))


def _parts(kept: list[int]) -> list[int]:
    rows = Citizen.objects.filter(pk__in=kept) | Citizen.objects.filter(merged_into__in=kept)
    return list(rows.order_by().values_list("pk", flat=True))


def _days(case: Correction) -> list[date]:
    """Return the days on which it may have been given, the likeliest first; none without a date."""
    said = case.proposed.get(Field.GIVEN_ON)
    if not said:
        return []
    known = PartialDate.fromisoformat(said)
    if not known.is_whole:
        length = (known.last - known.first).days + 1
        return [known.first + timedelta(days=number) for number in range(min(length, 31))]
    around = range(-DAYS_AROUND, DAYS_AROUND + 1)
    return [known.first + timedelta(days=number) for number in sorted(around, key=abs)]


def _apart(case: Correction, dose: Dose) -> int:
    """Return the days between the date of a dose and the one proposed; 0 for a month alone."""
    known = PartialDate.fromisoformat(case.proposed[Field.GIVEN_ON])
    return abs((dose.given_on - known.first).days) if known.is_whole else 0
