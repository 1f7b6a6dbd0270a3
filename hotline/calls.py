"""What an agent does for a caller who passed the check: read out, file, take a step, send a link.

All of it is limited to the record of the call. Steps use the same verbs as the citizen's pages,
with the party HOTLINE.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citizens import actions as citizen_actions
from citizens import links
from citizens.models import Citizen, RecordLink, RecordLinkQuerySet
from corrections import access, actions, facts, next_steps
from corrections.actions import filing
from corrections.actions.filing import Claim, OnBehalf
from corrections.lifecycle import Party
from corrections.models import Correction, CorrectionQuerySet, Filing
from corrections.parties import parties_of
from hotline import call_script, search
from hotline.models import CallerCheck
from portal import record_page
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

MOST_CASES = 20
CONSENT = "hotline-1"


@dataclass(frozen=True)
class StepKind:
    """A step an agent takes for a caller: the label, the question to ask, and the verb."""

    label: Promise
    asked: Promise | None
    take: Callable[[Correction, "User", str], Correction]
    required: bool = True


STEPS: dict[str, StepKind] = {
    "answer": StepKind(
        _("Answer the question"),
        _("The caller’s answer"),
        lambda case, by, said: actions.answer(case, by=by, words=said),
    ),
    "confirm": StepKind(
        _("It is right now"), None, lambda case, by, said: actions.confirm(case, by=by)
    ),
    "reopen": StepKind(
        _("It is still wrong"),
        _("What is still wrong?"),
        lambda case, by, said: actions.reopen(case, by=by, words=said),
    ),
    "appeal": StepKind(
        _("Appeal to the next level up"),
        _("Why does the caller not agree?"),
        lambda case, by, said: actions.appeal(case, by=by, words=said),
    ),
    "log_disagreement": StepKind(
        _("Keep the disagreement on record"),
        _("What does the caller not agree with?"),
        lambda case, by, said: actions.log_disagreement(case, by=by, words=said),
    ),
    "escalate": StepKind(
        _("Tell the next level up that it is urgent"),
        _("Why is it urgent?"),
        lambda case, by, said: actions.escalate(case, by=by, reason=said),
    ),
    "note": StepKind(
        _("Add a note for colleagues"),
        _("Note; the citizen does not read it"),
        lambda case, by, said: actions.note(case, by=by, text=said),
    ),
    "withdraw": StepKind(
        _("Withdraw"),
        _("Why, if the caller says it"),
        lambda case, by, said: actions.withdraw(case, by=by, reason=said),
        required=False,
    ),
}


@dataclass(frozen=True)
class CallerCase:
    """A case of the caller: the text to read out, and the steps possible now."""

    case: Correction
    headline: str
    script: str
    steps: list[tuple[str, Promise]]
    may_send_link: bool
    photos: int


def cases(call: CallerCheck, agent: "User") -> list[CallerCase]:
    """Return the caller's cases: open ones first, then the newest first."""
    now = db_time.now()
    found = (
        _all_of(call, agent)
        .select_related("citizen", "holder", "filing__filed_by", "dose")
        .order_by("-received_at", "-pk")[:MOST_CASES]
    )
    return [_told(case, agent, now) for case in sorted(found, key=lambda one: not one.is_open)]


def case_of(call: CallerCheck, agent: "User", reference: str) -> Correction | None:
    """Return one case of the caller; None for a case of anybody else."""
    found = _all_of(call, agent).filter(reference=reference)
    return found.select_related("citizen", "holder", "filing__filed_by", "dose").first()


def offered(case: Correction, agent: "User") -> list[str]:
    """Return the steps that the agent may take for the caller now."""
    parties = parties_of(agent, case) & {Party.HOTLINE}
    return [step for step in next_steps.offered(case, parties, db_time.now()) if step in STEPS]


def doses(citizen: Citizen) -> list[record_page.DoseCard]:
    """Return the doses as their owner sees them: without ID number and phone."""
    return record_page.cards(citizen)


def waiting_links(citizen: Citizen) -> RecordLinkQuerySet:
    """Return who has asked to open the record by a card, and waits or was stopped."""
    return links.asked_for(citizen)


def confirm_link(link: RecordLink, call: CallerCheck, *, by: "User") -> None:
    """Let a link begin now. Raises PermissionDenied for a call that proved no more than a card."""
    if not call.beyond_card:
        raise PermissionDenied
    links.confirm(link, by=by)


def start_record(*, by: "User", said: Mapping[str, Any]) -> CallerCheck:
    """Create a record for a caller who has none, and start the call about it.

    Raises what citizens.actions.start_for_other raises.
    """
    desk = access.hotline_of(by)
    if desk is None:
        raise PermissionDenied
    names = ("full_name", "date_of_birth", "sex", "phone", "id_number", "area", "is_somebody_else")
    facts_said = {name: said[name] for name in names}
    citizen = citizen_actions.start_for_other(by=by, by_organization=desk, **facts_said)
    return search.begin_with_new(citizen, by=by)


def file(call: CallerCheck, claim: Claim, said: Mapping[str, Any], *, by: "User") -> Filing:
    """File for the caller; photos come later, through an upload link.

    Raises what filing.file raises.
    """
    return filing.file(
        by=by,
        citizen=call.citizen,
        key=str(said["key"]),
        claims=[claim],
        words=said["words"],
        consent_version=CONSENT,
        on_behalf=OnBehalf(told_at=said["told_at"], contact_phone=said["contact_phone"]),
    )


def _all_of(call: CallerCheck, agent: "User") -> CorrectionQuerySet:
    heard: CorrectionQuerySet = Correction.objects.heard_of(agent)
    return heard.filter(citizen__in=Citizen.objects.whole(call.citizen))


def _told(case: Correction, agent: "User", now: datetime) -> CallerCase:
    may = offered(case, agent)
    return CallerCase(
        case=case,
        headline=facts.headline(case),
        script=call_script.paragraph(case, now),
        steps=[(step, STEPS[step].label) for step in STEPS if step in may],
        may_send_link=case.is_open and bool(case.filing.answer_phone),
        photos=case.filing.evidence.count(),
    )
