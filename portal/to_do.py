"""What waits for the citizen: questions, drafts that were not sent, answers not looked at yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from citizens.models import Citizen
from corrections import facts, lifecycle
from corrections.clocks import deadlines
from corrections.lifecycle import Status
from corrections.models import Correction, CorrectionEvent, Draft, Evidence
from portal import drafts, record_page
from portal.draft_check import CheckedDraft
from portal.record_page import RecordHolder
from portal.views.wizard import Wizard
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class OpenQuestion:
    """A question of a desk; is_closed: the time for it has passed, and it may be answered still."""

    case: Correction
    # The name of the person, unless it is the reader.
    whose: str
    headline: str
    words: str
    until: datetime | None
    is_closed: bool


@dataclass(frozen=True)
class UnsentDraft:
    """A proposal that was begun: about what, what is missing, and where to go on."""

    whose: str
    about: str
    missing: str
    url: str


@dataclass(frozen=True)
class NewAnswer:
    """A decision; is_granted: the citizen is asked whether the record is right now."""

    case: Correction
    whose: str
    headline: str
    is_granted: bool


class ToDo:
    """The tasks of one user, in all records that the user may open. Two queries for the count."""

    def __init__(self, user: "User", people: Sequence[RecordHolder] | None = None) -> None:
        self.user = user
        self._people = people

    @property
    def count(self) -> int:
        return len(self._cases) + len(self._drafts)

    @cached_property
    def questions(self) -> list[OpenQuestion]:
        asked = [case for case in self._cases if case.status not in lifecycle.ANSWERED]
        events = CorrectionEvent.objects.filter(
            correction__in=[case.pk for case in asked], step="ask"
        )
        words = {one.correction_id: one.remark_shown for one in events.order_by("at", "id")}
        return [
            OpenQuestion(
                case=case,
                whose=self._name(case.citizen),
                headline=facts.headline(case),
                words=words.get(case.pk, ""),
                until=case.answer_by,
                is_closed=not case.is_open,
            )
            for case in asked
        ]

    @cached_property
    def answers(self) -> list[NewAnswer]:
        return [
            NewAnswer(
                case,
                self._name(case.citizen),
                facts.headline(case),
                is_granted=case.status in lifecycle.GRANTED,
            )
            for case in self._cases
            if case.status in lifecycle.ANSWERED
        ]

    @cached_property
    def drafts(self) -> list[UnsentDraft]:
        return [self._unsent(draft, CheckedDraft(draft)) for draft in self._drafts]

    def _unsent(self, draft: Draft, checked: CheckedDraft) -> UnsentDraft:
        citizen = draft.citizen.kept
        holder = next(one for one in self._holders if one.citizen == citizen)
        step = checked.step_to_do
        return UnsentDraft(
            whose=self._name(citizen),
            about=", ".join(item.title for item in checked.items),
            missing=_missing(step, checked),
            url=Wizard(holder, draft).step_url(step),
        )

    def _name(self, citizen: Citizen) -> str:
        own = any(one.is_own and one.citizen == citizen.kept for one in self._holders)
        return "" if own else citizen.kept.full_name

    @cached_property
    def _holders(self) -> Sequence[RecordHolder]:
        return record_page.people(self.user) if self._people is None else self._people

    @cached_property
    def _cases(self) -> list[Correction]:
        """Questions first, then answers, each with the oldest first."""
        since = db_time.now() - deadlines.REOPEN_TIME
        expired = CorrectionEvent.objects.filter(
            correction=OuterRef("pk"), step="expire", at__gt=since
        )
        lately = Q(status__in=lifecycle.ANSWERED, decided_at__gt=since)
        waiting = (
            Correction.objects.of_own_records(self.user)
            .filter(
                Q(status__in=lifecycle.AWAITING_CITIZEN)
                | Q(Exists(expired), status=Status.EXPIRED)
                | (lately & Q(status__in=lifecycle.GRANTED, confirmed_at=None))
                | (lately & Q(status__in=lifecycle.NOT_GRANTED))
            )
            .without_newer()
            .not_put_away()
            .select_related("citizen__merged_into", "holder", "dose__vaccine")
            .order_by("received_at", "pk")
        )
        return sorted(waiting, key=lambda case: case.status in lifecycle.ANSWERED)

    @cached_property
    def _drafts(self) -> list[Draft]:
        own = Citizen.objects.parts_linked_to(self.user).values("pk")
        photos = Evidence.objects.filter(draft=OuterRef("pk"))
        begun = (
            Draft.objects.filter(user=self.user, citizen__in=own)
            .annotate(has_photos=Exists(photos))
            .select_related("citizen__merged_into")
            .order_by("-updated_at")
        )
        return [draft for draft in begun if draft.has_photos or drafts.says_something(draft)]


def _missing(step: str, checked: CheckedDraft) -> str:
    """Return what a draft still needs before it can be sent."""
    if step == drafts.CHECK:
        return _("everything is there; it only has to be sent")
    if step == drafts.PHOTOS:
        return _("the photo of the paper is missing")
    if len(checked.items) > 1 and step:
        item = next(item for item in checked.items if item.key == step)
        return _("%(dose)s is not complete") % {"dose": item.title}
    return _("the details are not complete")
