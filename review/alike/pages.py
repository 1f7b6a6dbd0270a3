"""What the page of a group shows: ten cases at a time, each with its change, doubts and photos."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from citizens.models import RecordVisit
from corrections.models import Correction
from corrections.visits import log_case
from review import case_file
from review.alike import groups
from review.alike.deciding import Seen
from review.case_file import CaseFile
from vaxreg.paging import Stretch, stretch

if TYPE_CHECKING:
    from accounts.models import User

PAGE_SIZE = 10


@dataclass(frozen=True)
class ShownCase:
    """A case of the group. why_not: why it cannot be ticked here; "" if it can."""

    file: CaseFile
    seen: Seen
    is_ticked: bool

    @property
    def may_tick(self) -> bool:
        return self.file.may_decide and not self.file.not_yours and not self.file.not_verified


@dataclass(frozen=True)
class GroupPage:
    """One page of a group, and the ticks of its other pages."""

    title: str
    cases: Sequence[ShownCase]
    elsewhere: Sequence[Seen]
    part: Stretch[int]


def page_of(asked: Correction, start: str, seen: Collection[Seen], *, by: "User") -> GroupPage:
    """Return ten cases from the one with the number `start` on; that they were read is logged."""
    part = stretch(groups.alike(asked), start, size=PAGE_SIZE)
    rows = groups.within_reach(by).filter(pk__in=part.rows)
    ticked = {one.reference for one in seen}
    found = [
        _shown(case, case.reference in ticked, by)
        for case in rows.select_related(
            "citizen__area", "dose__vaccine", "dose__organization", "filing__filed_by", "holder"
        )
        .prefetch_related("filing__evidence")
        .order_by("due_at", "pk")
    ]
    on_page = {one.seen.reference for one in found}
    return GroupPage(
        title=groups.title_of(asked),
        cases=found,
        elsewhere=[one for one in seen if one.reference not in on_page],
        part=part,
    )


def _shown(case: Correction, is_ticked: bool, by: "User") -> ShownCase:
    log_case(by, case, RecordVisit.Why.REVIEW, case.holder)
    file = case_file.case_file_of(case, by)
    return ShownCase(file, Seen(case.reference, case.version), is_ticked)
