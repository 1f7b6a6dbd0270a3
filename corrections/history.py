"""The history of a correction as text, with one wording for every page that shows it.

Citizens read which organization did what and when, never the name of a person. Staff and health
officers also read the name, and what officers wrote to the site.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from corrections import stalled
from corrections.decisions import four_eyes
from corrections.lifecycle import GROUND_LABELS, Ground, Party, Status
from corrections.models import Breach, Correction, CorrectionEvent, Holding, Kind
from corrections.models.case import REMOVING_KINDS
from corrections.phone_calls import REASON_LABELS, CallReason
from corrections.searched import searched_labels
from organizations.models import Organization


class Audience(StrEnum):
    CITIZEN = "citizen"
    STAFF = "staff"


@dataclass(frozen=True)
class HistoryEntry:
    """One event: the parameters of `<c-timeline.item>`.

    details: the texts that came with it (a reason, a remark, an official ground). told: the
    organization to which a missed deadline was reported.
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
    "answer": gettext_lazy("The question was answered"),
    "add_photo": gettext_lazy("A photo was added"),
    "withdraw": gettext_lazy("Proposal withdrawn"),
    "appeal": gettext_lazy("Appeal to %(to)s"),
    "log_disagreement": gettext_lazy("Disagreement kept with the record"),
    "confirm": gettext_lazy("Confirmed: the record is right"),
    "reopen": gettext_lazy("Opened again: the record is still wrong"),
    "pick_up": gettext_lazy("Review begun"),
    "give_back": gettext_lazy("Put back among those waiting for review"),
    "ask": gettext_lazy("A question was asked; the clock stands still"),
    "pass_on": gettext_lazy("Passed on to %(to)s"),
    "keep": gettext_lazy("Kept for later"),
    "accept": gettext_lazy("Accepted"),
    "accept_in_part": gettext_lazy("Accepted in part"),
    "refuse": gettext_lazy("Refused"),
    "cannot_confirm": gettext_lazy("Cannot be confirmed"),
    "overturn": gettext_lazy("Appeal granted"),
    "overturn_in_part": gettext_lazy("Appeal granted in part"),
    "uphold": gettext_lazy("Appeal refused: the first decision stands"),
    "put_forward": gettext_lazy("Decided, waits for a second person"),
    "countersign": gettext_lazy("Confirmed by a second person: accepted"),
    "countersign_in_part": gettext_lazy("Confirmed by a second person: accepted in part"),
    "hand_back": gettext_lazy("A second person sent it back"),
    "remind": gettext_lazy("The site was reminded to answer"),
    "reassign": gettext_lazy("Given to %(to)s"),
    "take_over": gettext_lazy("%(organization)s decides in the site’s place"),
    "escalate": gettext_lazy("%(organization)s was told that it is urgent"),
    "note": gettext_lazy("Note"),
    "call": gettext_lazy("Phone number opened for a call"),
    "route": gettext_lazy("Sent to %(organization)s"),
    "inherit": gettext_lazy("%(from)s can no longer act: %(organization)s acts from now on"),
    "expire": gettext_lazy("Closed: the question was not answered for 7 days"),
}
# What no person decided, by Correction.Source.
TITLES_BY_SOURCE: dict[str, Promise] = {
    Correction.Source.POPULATION: gettext_lazy(
        "Accepted: number, name, date of birth and sex match the National Population Database"
    ),
}
# Done for a reason of its own: by "basis" in the data of the event.
TITLES_BY_BASIS: dict[str, Promise] = {
    "on_record": gettext_lazy("Accepted: the record says so now"),
    "moved": gettext_lazy("Accepted: the dose stood under another name and is on this record now"),
    "by_office": gettext_lazy("Withdrawn by the office that had recorded it"),
}
# What the sweep did, by deadlines.Milestone.name.
MILESTONE_TITLES: dict[str, Promise] = {
    "half_time": gettext_lazy("Reminder to %(organization)s: half of the time has passed"),
    "three_quarters": gettext_lazy("Reminder to %(organization)s: a quarter of the time is left"),
    "nine_tenths": gettext_lazy("Reminder to %(organization)s: a tenth of the time is left"),
    # No longer a milestone, but older events have this name.
    "six_hours_left": gettext_lazy("Reminder to %(organization)s: six hours are left"),
    "due": gettext_lazy("No answer within 48 hours; %(organization)s was told"),
    "three_days": gettext_lazy("No answer within 72 hours; %(organization)s was told"),
    "five_days": gettext_lazy("No answer within 5 days; %(organization)s was told"),
    "statutory": gettext_lazy("No first answer in the time of the law; %(organization)s was told"),
}
# Before the same events, when nobody works where somebody was to be told.
NOBODY_THERE = gettext_lazy("Nobody works at %(nobody_at)s. %(title)s")
# The same events when nobody could be told.
MILESTONE_TITLES_ALONE: dict[str, Promise] = {
    "due": gettext_lazy("No answer within 48 hours"),
    "three_days": gettext_lazy("No answer within 72 hours"),
    "five_days": gettext_lazy("No answer within 5 days"),
    "statutory": gettext_lazy("No first answer in the time of the law"),
    "half_time": gettext_lazy("Half of the time has passed; nobody could be reminded"),
    "three_quarters": gettext_lazy("A quarter of the time is left; nobody could be reminded"),
    "nine_tenths": gettext_lazy("A tenth of the time is left; nobody could be reminded"),
}
BAD = frozenset({"refuse", "cannot_confirm", "uphold", "escalate", "expire"})
# Remarks between staff, not shown to the citizen. Notes are hidden as a whole.
STAFF_ONLY_REMARKS = frozenset({"remind", "escalate", "put_forward", "hand_back"})
STAFF_ONLY = frozenset({"note", "call", "hand_back"})


def entries(correction: Correction, audience: Audience) -> list[HistoryEntry]:
    """Return the events so far, oldest first, in the reader's language. One query.

    Raises KeyError for a step without a text here; a test checks all steps.
    """
    events = correction.events.select_related("organization", "by").order_by("at", "id")
    return [_line(event, audience) for event in _worth_telling(events, audience)]


def status_sentence(correction: Correction) -> str:
    """Return the state of a correction as one sentence for the citizen."""
    names = {"organization": correction.holder.name if correction.holder else ""}
    if correction.status == Status.RECEIVED and stalled.has_no_desk(correction):
        return _(
            "Your proposal is recorded and its 48 hours run. Because of a fault of ours, the system"
            " could not find who must answer it. You need not send it again."
        )
    if correction.status == Status.ACCEPTED:
        if correction.kind == Kind.MISSING_DOSE:
            return _("Accepted. The dose is on the record now.")
        if correction.kind in REMOVING_KINDS:
            return _("Accepted. The dose has been taken out of the record.")
        if correction.kind == Kind.SPLIT_RECORD:
            return _("Accepted. The two records are one now.")
        if correction.decided_source == Correction.Source.POPULATION:
            return _(
                "Accepted: it matches the National Population Database. The record has been corrected."
            )
        return _("Accepted. The record has been corrected.")
    if correction.on_appeal and correction.status in (Status.QUEUED, Status.IN_REVIEW):
        return _("Your appeal is at %(organization)s, which decides anew.") % names
    sentences = {
        Status.RECEIVED: _("Your proposal is recorded. We are finding out who must answer it."),
        Status.QUEUED: _("Your proposal is at %(organization)s, waiting for review."),
        Status.IN_REVIEW: _("%(organization)s is reviewing your proposal now."),
        Status.WAITING: _("%(organization)s has a question for you. Please answer it below."),
        Status.KEPT: _("%(organization)s has looked at your proposal and needs more time."),
        Status.TO_COUNTERSIGN: _(
            "%(organization)s has looked at your proposal; a second person checks the decision."
        ),
        Status.PARTLY_ACCEPTED: _("Accepted in part. Below stands what was changed."),
        Status.REFUSED: _("Refused. Below stands why, and what you can do next."),
        Status.CANNOT_CONFIRM: _(
            "Cannot be confirmed. Below stands where %(organization)s searched, and what you can do "
            "next."
        ),
        Status.UPHELD: _("The appeal was refused: the first decision stands. Below stands why."),
        Status.DISAGREED: _("Your disagreement is kept with the record."),
        Status.WITHDRAWN: _("This proposal was withdrawn."),
        Status.EXPIRED: _(
            "Closed, because the question was not answered for 7 days. "
            "Answer it below, and the proposal is opened again."
        ),
    }
    return sentences[Status(correction.status)] % names


def told_last(correction_lines: list[HistoryEntry]) -> str:
    """Return the organization that was told last of a missed deadline; empty when none was."""
    told = [line.told for line in correction_lines if line.told]
    return told[-1] if told else ""


def _worth_telling(
    events: Iterable[CorrectionEvent], audience: Audience
) -> Iterator[CorrectionEvent]:
    """Leave out, for citizens, that the same organization picked a case up once more."""
    before: CorrectionEvent | None = None
    for event in events:
        again = (
            before is not None
            and event.step == before.step == "pick_up"
            and event.organization_id == before.organization_id
        )
        hidden = again or event.step in STAFF_ONLY
        if not (hidden and audience == Audience.CITIZEN):
            yield event
        before = event


def _line(event: CorrectionEvent, audience: Audience) -> HistoryEntry:
    return HistoryEntry(
        step=event.step,
        title=_title(event),
        who=_who(event, audience),
        at=event.at,
        state="bad" if event.step in BAD else "done",
        details=tuple(text for text in _details(event, audience) if text),
        told=_organization(event) if "milestone" in event.data and event.step == "escalate" else "",
    )


def _title(event: CorrectionEvent) -> str:
    values = {"organization": _organization(event)}
    values |= {name: event.data.get(name, "") for name in ("from", "to", "nobody_at")}
    milestone = event.data.get("milestone")
    if milestone is None:
        usual = TITLES_BY_BASIS.get(event.data.get("basis", ""), TITLES[event.step])
        return str(TITLES_BY_SOURCE.get(event.data.get("source", ""), usual)) % values
    titles = (
        MILESTONE_TITLES if event.organization else {**MILESTONE_TITLES, **MILESTONE_TITLES_ALONE}
    )
    title = str(titles[milestone]) % values
    if not event.data.get("nobody_at"):
        return title
    return str(NOBODY_THERE) % {**values, "title": title}


def _who(event: CorrectionEvent, audience: Audience) -> str:
    """Return who did it; empty for the system, because the title then names the organization."""
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
    if event.data.get("app"):
        yield _("Sent by the app %(app)s, which the citizen had let in.") % {
            "app": event.data["app"]
        }
    if event.step == "route":
        yield str(event.data.get("reason", {}).get(get_language() or "vi", ""))
    if event.step in ("refuse", "uphold") and event.data.get("ground"):
        yield str(GROUND_LABELS[Ground(event.data["ground"])])
    if event.step == "put_forward" and audience == Audience.STAFF:
        yield from four_eyes.in_words(event.data)
    if event.step == "cannot_confirm":
        places = searched_labels(event.data["searched"], event.data["searched_words"])
        yield _("Searched: %(places)s") % {"places": "; ".join(places)}
    if event.step == "answer" and event.data.get("photos"):
        yield _("Photos of the paper were sent.")
    if event.step == "call":
        yield str(REASON_LABELS[CallReason(event.data["reason"])])
    if audience == Audience.STAFF or event.step not in STAFF_ONLY_REMARKS:
        yield event.remark_shown


RUNG_TITLES = {
    "due": gettext_lazy("Not answered within 48 hours"),
    "three_days": gettext_lazy("Not answered within 72 hours"),
    "five_days": gettext_lazy("Not answered within 5 days"),
    "statutory": gettext_lazy("No first answer in the time of the law"),
}


@dataclass(frozen=True)
class HoldingPeriod:
    """A period in which one organization held a case; until is None for the present holder."""

    organization: Organization
    since: datetime
    until: datetime | None
    took: timedelta


def stays(case: Correction, now: datetime) -> list[HoldingPeriod]:
    """Return the periods of all holders, oldest first."""
    held = Holding.objects.filter(correction=case).select_related("organization")
    return [
        HoldingPeriod(one.organization, one.since, one.until, (one.until or now) - one.since)
        for one in held.order_by("since", "pk")
    ]


@dataclass(frozen=True)
class MissedDeadline:
    """A missed deadline with its title."""

    title: str
    breach: Breach


def misses(case: Correction) -> list[MissedDeadline]:
    written = Breach.objects.filter(correction=case).select_related("holder", "escalated_to")
    return [MissedDeadline(str(RUNG_TITLES[one.rung]), one) for one in written.order_by("at", "pk")]
