"""The history of a correction in plain words, one wording for every page that shows it.

Citizens read which organization did what and when, never a person's name. Staff and health
officers read the person too, and what officers wrote to the site.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from corrections.lifecycle import GROUND_LABELS, Ground, Party, Status
from corrections.models import Correction, CorrectionEvent, Kind


class Audience(StrEnum):
    CITIZEN = "citizen"
    STAFF = "staff"


@dataclass(frozen=True)
class Line:
    """One thing that happened: what `<c-timeline.item>` takes.

    details are the words that came with it, as written: a reason, a remark, an official ground;
    told is the organization to which a missed deadline was reported.
    """

    step: str
    title: str
    who: str
    at: datetime
    state: str
    details: tuple[str, ...] = ()
    told: str = ""


TITLES: dict[str, Promise] = {
    "file": gettext_lazy("Proposal recorded; the 48 hours run from here"),
    "route": gettext_lazy("Sent to %(organization)s"),
    "pick_up": gettext_lazy("Review begun"),
    "give_back": gettext_lazy("Put back among those waiting for review"),
    "keep": gettext_lazy("Kept for later"),
    "accept": gettext_lazy("Accepted"),
    "accept_in_part": gettext_lazy("Accepted in part"),
    "refuse": gettext_lazy("Refused"),
    "remind": gettext_lazy("The site was reminded to answer"),
    "reassign": gettext_lazy("Given to %(to)s"),
    "take_over": gettext_lazy("%(organization)s decides in the site’s place"),
}
# What the sweep did on the way, by deadlines.Mark name.
MARK_TITLES: dict[str, Promise] = {
    "half_time": gettext_lazy("Reminder to %(organization)s: half of the time has passed"),
    "six_hours_left": gettext_lazy("Reminder to %(organization)s: six hours are left"),
    "due": gettext_lazy("No answer within 48 hours; %(organization)s was told"),
    "three_days": gettext_lazy("No answer within 72 hours; %(organization)s was told"),
    "five_days": gettext_lazy("No answer within 5 days; %(organization)s was told"),
}
# The same when nobody stands above the holder, who could be told.
MARK_TITLES_ALONE: dict[str, Promise] = {
    "due": gettext_lazy("No answer within 48 hours"),
    "three_days": gettext_lazy("No answer within 72 hours"),
    "five_days": gettext_lazy("No answer within 5 days"),
}
BAD = frozenset({"refuse", "escalate"})
# What officers write to a site with a reminder is between them.
STAFF_ONLY_REMARKS = frozenset({"remind"})


def lines(correction: Correction, audience: Audience) -> list[Line]:
    """Return what happened so far, oldest first, in the reader's language. One query.

    Raises KeyError for a step that has no words here; a test walks all of them.
    """
    events = correction.events.select_related("organization", "by").order_by("at", "id")
    return [_line(event, audience) for event in _worth_telling(events, audience)]


def standing(correction: Correction) -> str:
    """Return in one sentence for the citizen where a correction stands now."""
    names = {"organization": correction.holder.name if correction.holder else ""}
    if correction.status == Status.ACCEPTED:
        if correction.kind == Kind.MISSING_DOSE:
            return _("Accepted. The dose is on the record now.")
        return _("Accepted. The record has been corrected.")
    sentences = {
        Status.RECEIVED: _("Your proposal is recorded. We are finding out who must answer it."),
        Status.QUEUED: _("Your proposal is at %(organization)s, waiting for review."),
        Status.IN_REVIEW: _("%(organization)s is reviewing your proposal now."),
        Status.KEPT: _("%(organization)s has looked at your proposal and needs more time."),
        Status.PARTLY_ACCEPTED: _("Accepted in part. Below stands what was changed."),
        Status.REFUSED: _("Refused. Below stands why, and what you can do next."),
    }
    return sentences[Status(correction.status)] % names


def told_last(correction_lines: list[Line]) -> str:
    """Return who was told last that the deadline was missed; empty when nobody was."""
    told = [line.told for line in correction_lines if line.told]
    return told[-1] if told else ""


def _worth_telling(
    events: Iterable[CorrectionEvent], audience: Audience
) -> Iterator[CorrectionEvent]:
    """Leave out for citizens that the same desk took a case up once more: it says nothing new."""
    before: CorrectionEvent | None = None
    for event in events:
        again = (
            before is not None
            and event.step == before.step == "pick_up"
            and event.organization_id == before.organization_id
        )
        if not (again and audience == Audience.CITIZEN):
            yield event
        before = event


def _line(event: CorrectionEvent, audience: Audience) -> Line:
    return Line(
        step=event.step,
        title=_title(event),
        who=_who(event, audience),
        at=event.at,
        state="bad" if event.step in BAD else "done",
        details=tuple(text for text in _details(event, audience) if text),
        told=_organization(event) if event.step == "escalate" else "",
    )


def _title(event: CorrectionEvent) -> str:
    values = {"organization": _organization(event), "to": event.data.get("to", "")}
    mark = event.data.get("mark")
    if mark is None:
        return str(TITLES[event.step]) % values
    titles = MARK_TITLES if event.organization else {**MARK_TITLES, **MARK_TITLES_ALONE}
    return str(titles[mark]) % values


def _who(event: CorrectionEvent, audience: Audience) -> str:
    """Return who did it; empty when it happened by itself: the title says who it concerned."""
    if event.by is None:
        return ""
    if audience == Audience.CITIZEN:
        return _organization(event)
    return " · ".join(part for part in (_person(event), _organization(event)) if part)


def _organization(event: CorrectionEvent) -> str:
    return event.organization.name if event.organization else ""


def _person(event: CorrectionEvent) -> str:
    name = event.by.full_name if event.by else ""
    if event.party == Party.CITIZEN:
        return _("Citizen %(name)s") % {"name": name} if name else _("Citizen")
    return name


def _details(event: CorrectionEvent, audience: Audience) -> Iterator[str]:
    if event.step == "route":
        yield str(event.data.get("reason", {}).get(get_language() or "vi", ""))
    if event.step == "refuse" and event.data.get("ground"):
        yield str(GROUND_LABELS[Ground(event.data["ground"])])
    if audience == Audience.STAFF or event.step not in STAFF_ONLY_REMARKS:
        yield event.remark
