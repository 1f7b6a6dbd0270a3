"""Disagreements that citizens had kept with their record, in their own words, for good.

Whoever reads the dose later reads them too: the citizen, every later reviewer, and programs. One
whose proposal was granted after all is no longer a disagreement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from citizens.models import Citizen
from corrections import lifecycle
from corrections.models import Correction, CorrectionEvent
from corrections.models.case import DOSE_KINDS


@dataclass(frozen=True)
class Disagreement:
    """The citizen's words, when they were kept, and with which decision they do not agree."""

    case: Correction
    words: str
    at: datetime

    @property
    def dose_id(self) -> int | None:
        """The recorded dose that it is about; None for a missing dose and facts of the person."""
        return self.case.dose_id if self.case.kind in DOSE_KINDS else None


def of_record(citizen: Citizen) -> list[Disagreement]:
    """Return the disagreements kept with a record, the newest first. One query."""
    kept = (
        CorrectionEvent.objects.filter(
            step="log_disagreement", correction__citizen__in=Citizen.objects.whole(citizen)
        )
        .exclude(correction__status__in=lifecycle.GRANTED)
        .select_related("correction__holder", "correction__dose__vaccine")
        .order_by("-at", "-id")
    )
    return [Disagreement(event.correction, event.remark, event.at) for event in kept]


def by_dose(found: Iterable[Disagreement]) -> dict[int, list[Disagreement]]:
    """Return the same by recorded dose, without those about no recorded dose."""
    grouped: dict[int, list[Disagreement]] = {}
    for one in found:
        if one.dose_id is not None:
            grouped.setdefault(one.dose_id, []).append(one)
    return grouped


def disputed_among(doses: Sequence[int]) -> set[int]:
    """Return which of these doses (ids) a correction is about, open or decided."""
    named = Correction.objects.filter(dose__in=doses).order_by()
    return {dose for dose in named.values_list("dose", flat=True) if dose is not None}
