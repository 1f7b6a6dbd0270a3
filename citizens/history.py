"""The history of the facts about a person, as their citizen reads it: what changed, when, by whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from citizens.masking import mask_id, mask_phone
from citizens.models import Citizen, CitizenRevision, Identity
from vaxreg.typed import countries

MOST_CHANGES = 50


@dataclass(frozen=True)
class Change:
    """One fact that changed: its label, and both values in words ("" for none)."""

    label: str
    before: str
    now: str


@dataclass(frozen=True)
class ChangeSet:
    """What changed in one moment. `by`: the organization that wrote it, or ""."""

    at: datetime
    changes: list[Change]
    by: str
    correction_reference: str


def changes_of(citizen: Citizen) -> list[ChangeSet]:
    """Return the changes of the whole record, with the parts joined to it, the newest first."""
    revisions = (
        CitizenRevision.objects.filter(citizen__in=Citizen.objects.whole(citizen))
        .select_related("area", "by_organization")
        .order_by("citizen_id", "number")
    )
    found = [
        ChangeSet(
            at=new.at,
            changes=changed,
            by=new.by_organization.name if new.by_organization else "",
            correction_reference=new.correction_reference,
        )
        for old, new in pairwise(revisions)
        if old.citizen_id == new.citizen_id and (changed := list(_changes(old, new)))
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_CHANGES]


def _changes(old: Identity, new: Identity) -> Iterator[Change]:
    before, now = _facts(old), _facts(new)
    for label, (value, shown) in now.items():
        value_before, shown_before = before[label]
        if value != value_before:
            yield Change(label, shown_before, shown)
    if old.merged_into_id != new.merged_into_id:
        one, two = _("one record"), _("two records")
        joined = new.merged_into_id is not None
        yield Change(_("Records of this person"), two if joined else one, one if joined else two)


def _facts(row: Identity) -> dict[str, tuple[object, str]]:
    """Return the facts, by label: the value to compare, and how it is shown, numbers masked."""
    area = row.area.full_name if row.area else ""
    sex = str(row.get_sex_display())
    return {
        _("Full name"): (row.full_name, row.full_name),
        _("Date of birth"): (row.born, str(row.born)),
        _("Sex"): (row.sex, sex),
        _("Nationality"): (row.nationality, countries.name_of(row.nationality)),
        _("ID number"): (row.id_number, mask_id(row.id_number)),
        _("Phone number"): (row.phone, mask_phone(row.phone)),
        _("Workplace or school"): (row.workplace, row.workplace),
        _("Area"): (row.area_id, area),
    }
