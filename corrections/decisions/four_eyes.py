"""Tells when a decision needs a second person, and why: a policy setting per kind of change."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corrections.decisions import far_dates
from corrections.models.case import REMOVING_KINDS, Kind
from doses.facts import Facts


class Reason(StrEnum):
    """Why a decision needs a second person."""

    DOSE_ON_PHOTO_ALONE = "dose_on_photo_alone"
    DOSE_ENTERED_IN_ERROR = "dose_entered_in_error"
    ID_NUMBER = "id_number"
    FAR_DATE = "far_date"
    # No longer asked for, but older decisions and versions of the rules have this name.
    OLD_DATE = "old_date"
    RANDOM = "random"
    # Always asked for: a dose that was found is on the record of somebody who is known.
    OTHER_PERSON = "other_person"
    # Always asked for: somebody else says that a dose of the site stands on the record twice.
    OTHER_SITE = "other_site"


# What the rules switch on or off; the random look has a rate instead.
SWITCHED = tuple(
    one
    for one in Reason
    if one not in (Reason.OLD_DATE, Reason.RANDOM, Reason.OTHER_PERSON, Reason.OTHER_SITE)
)

REASON_LABELS: dict[Reason, Promise] = {
    Reason.DOSE_ON_PHOTO_ALONE: _("A dose is added on a photo alone"),
    Reason.DOSE_ENTERED_IN_ERROR: _("A dose is taken out of the record"),
    Reason.ID_NUMBER: _("An ID number changes"),
    Reason.FAR_DATE: _(
        "The new date lies far from the date on record, or from the days on which the site vaccinated"
    ),
    Reason.OLD_DATE: _("The new date lies far back"),
    Reason.OTHER_PERSON: _("The dose is taken from the record of another known person"),
    Reason.OTHER_SITE: _("Another site asks: the dose is yours"),
    Reason.RANDOM: _("A dose is added; this case was drawn at random for a second look"),
}


def switched_on(names: Collection[str]) -> list[Reason]:
    """Return what a version of the rules asks for; one from before asks for old dates."""
    is_far = {Reason.FAR_DATE.value, Reason.OLD_DATE.value}
    return [
        one
        for one in SWITCHED
        if one in names or (one == Reason.FAR_DATE and is_far.intersection(names))
    ]


def reasons(
    kind: str,
    changes: Facts,
    *,
    own_papers: bool,
    is_far: bool,
    asked_by_policy: Collection[str],
    drawn: bool = False,
) -> list[Reason]:
    """Return why this decision needs a second person; empty when it needs none.

    changes: the facts that would be new on the record. own_papers: the reviewer found the dose in
    the site's own papers, not only on the citizen's photo. is_far: see far_dates.py. drawn: see
    `is_drawn`.
    """
    found = []
    if kind == Kind.MISSING_DOSE and not own_papers:
        found.append(Reason.DOSE_ON_PHOTO_ALONE)
    if kind in REMOVING_KINDS:
        found.append(Reason.DOSE_ENTERED_IN_ERROR)
    if "id_number" in changes:
        found.append(Reason.ID_NUMBER)
    if is_far:
        found.append(Reason.FAR_DATE)
    switches = switched_on(asked_by_policy)
    asked = [reason for reason in found if reason in switches]
    if kind == Kind.MISSING_DOSE and drawn and not asked:
        return [Reason.RANDOM]
    return asked


def in_words(why: Mapping[str, Any]) -> list[str]:
    """Return as text why a decision needs a second person, with figures where they are known.

    why: "reasons", the names; "far_date", the distance of the date (DateDistance.stored). So it
    stands in `Correction.pending` and in events; empty when no second person is needed.
    """
    words = []
    for name in why.get("reasons", []):
        if name == Reason.FAR_DATE and "far_date" in why:
            words.append(far_dates.from_stored(why["far_date"]).words)
        else:
            words.append(str(REASON_LABELS[Reason(name)]))
    return words


def is_drawn(case_id: UUID, percent: int) -> bool:
    """Tell whether a case (its public id) is among the `percent` in a hundred for a second look.

    The draw is fixed for each case and known to the server alone: nobody gets another by trying
    again, or foresees it.
    """
    draw = salted_hmac("corrections.second_look", str(case_id), algorithm="sha256").digest()
    return int.from_bytes(draw[:8]) % 100 < percent
