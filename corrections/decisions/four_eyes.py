"""Tells when a decision needs a second person, and why: a policy setting per kind of change."""

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from corrections.models.case import REMOVING_KINDS, Kind
from doses.facts import Facts, Field


class Reason(StrEnum):
    """Why a decision needs a second person."""

    DOSE_ON_PHOTO_ALONE = "dose_on_photo_alone"
    DOSE_ENTERED_IN_ERROR = "dose_entered_in_error"
    ID_NUMBER = "id_number"
    OLD_DATE = "old_date"
    RANDOM = "random"


# What the rules switch on or off; the random look has a rate instead.
SWITCHED = tuple(reason for reason in Reason if reason != Reason.RANDOM)

REASON_LABELS: dict[Reason, Promise] = {
    Reason.DOSE_ON_PHOTO_ALONE: _("A dose is added on a photo alone"),
    Reason.DOSE_ENTERED_IN_ERROR: _("A dose is taken out of the record"),
    Reason.ID_NUMBER: _("An ID number changes"),
    Reason.OLD_DATE: _("The new date lies far back"),
    Reason.RANDOM: _("A dose is added; this case was drawn at random for a second look"),
}


def reasons(
    kind: str,
    changes: Facts,
    *,
    own_papers: bool,
    today: date,
    asked_by_policy: Collection[str],
    old_date_days: int,
    drawn: bool = False,
) -> list[Reason]:
    """Return why this decision needs a second person; empty when it needs none.

    changes: the facts that would be new on the record. own_papers: the reviewer found the dose in
    the site's own papers, not only on the citizen's photo. drawn: see `is_drawn`.
    """
    found = []
    if kind == Kind.MISSING_DOSE and not own_papers:
        found.append(Reason.DOSE_ON_PHOTO_ALONE)
    if kind in REMOVING_KINDS:
        found.append(Reason.DOSE_ENTERED_IN_ERROR)
    if "id_number" in changes:
        found.append(Reason.ID_NUMBER)
    given_on = changes.get(Field.GIVEN_ON)
    if given_on and today - date.fromisoformat(given_on) > timedelta(days=old_date_days):
        found.append(Reason.OLD_DATE)
    asked = [reason for reason in found if reason in asked_by_policy]
    if kind == Kind.MISSING_DOSE and drawn and not asked:
        return [Reason.RANDOM]
    return asked


def is_drawn(case_id: UUID, percent: int) -> bool:
    """Tell whether a case (its public id) is among the `percent` in a hundred for a second look.

    The draw is fixed for each case and known to the server alone: nobody gets another by trying
    again, or foresees it.
    """
    draw = salted_hmac("corrections.second_look", str(case_id), algorithm="sha256").digest()
    return int.from_bytes(draw[:8]) % 100 < percent
