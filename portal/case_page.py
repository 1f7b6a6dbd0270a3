"""The content of the citizen's page about one correction: state, deadline, possible steps."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from citizens.holders import name_of
from citizens.models import Citizen, RecordLink
from corrections import actions, facts, history, next_steps, parties, stalled
from corrections.actions import AlreadyOpen, NobodyAbove, TooLate
from corrections.clocks import explain
from corrections.clocks.explain import ClockExplanation
from corrections.decisions import population
from corrections.history import Audience
from corrections.lifecycle import Status
from corrections.models import Clock, Correction, CorrectionEvent, HelpAnswer
from organizations.models import Organization
from portal import record_page
from vaxreg import db_time, ui

if TYPE_CHECKING:
    from accounts.models import User

# Closed without a decision: the page shows no deadline, neither met nor missed.
CLOSED_WITHOUT_DECISION = frozenset({Status.WITHDRAWN, Status.EXPIRED})
ASKING = frozenset({Status.WAITING, Status.EXPIRED})


def page(case: Correction, user: "User") -> dict[str, Any]:
    """Return the template context of the page about one correction."""
    now = db_time.now()
    lines = history.entries(case, Audience.CITIZEN)
    rows = facts.compare(case)
    is_decided = not case.is_open and case.status not in CLOSED_WITHOUT_DECISION
    steps = next_steps.offered(case, parties.parties_of(user, case), now)
    accounts = explain.explain(case, now)
    return {
        "case": case,
        "steps": steps,
        "headline": facts.headline(case),
        "standing": history.status_sentence(case),
        "stalled": stalled.notice(case),
        "lines": lines,
        "told": history.told_last(lines),
        "filed_by": _filed_by(case, user),
        "proposed": [row for row in rows if row.is_changed],
        "results": record_page.results(rows) if is_decided and not case.is_turned_down else [],
        "photos": case.filing.evidence.all(),
        "place": _place(case.holder),
        "accounts": accounts,
        "since_filing": now - case.received_at,
        "on_the_clock": _ran(case, accounts, now),
        "has_promise": case.is_open or case.decided_at is not None,
        "question": question(case) if case.status in ASKING else None,
        "may_be_right": case.status in (Status.ACCEPTED, Status.PARTLY_ACCEPTED),
        "is_being_asked": population.is_being_asked(case),
        "newer": next_steps.newer(case),
        "help_answer": _help_answer(case),
        "now": now,
        **_second_thoughts(case, now),
    }


def _filed_by(case: Correction, user: "User") -> str:
    """Return who filed a case of somebody's family, for its readers; "" for one's own filing."""
    filer = case.filing.filed_by
    if filer.pk == user.pk or case.filing.is_on_behalf:
        return ""
    links = RecordLink.objects.filter(
        user=filer, citizen__in=Citizen.objects.whole(case.citizen)
    ).order_by("-pk")
    link = links.first()
    relation = str(link.get_relation_display()) if link else ""
    return " · ".join(part for part in (name_of(filer), relation) if part)


def _help_answer(case: Correction) -> HelpAnswer | None:
    """Return what was said last of the decision in force."""
    if case.decided_at is None:
        return None
    return case.help_answers.filter(decided_at=case.decided_at).last()


def _ran(case: Correction, accounts: list[ClockExplanation], now: datetime) -> timedelta:
    """Return for how long the running clock has run, without pauses; zero for a closed case."""
    running = [
        one.clock
        for one in accounts
        if one.clock.kind != Clock.Kind.STATUTORY and one.clock.stopped_at is None
    ]
    if not running:
        return timedelta(0)
    return running[0].length - (case.due_at - (case.paused_at or now))


def step_context(step: str, case: Correction) -> dict[str, Any]:
    """Return what the page of one step shows beside its form."""
    found: dict[str, Any] = {}
    if step in ("answer", "add_photo"):
        found["photos"] = case.filing.evidence.all()
    if step == "answer":
        found |= {"question": question(case), "asked": times_asked(case)}
    if step == "appeal" or not case.is_open:
        found |= _second_thoughts(case, db_time.now())
    return found


def _second_thoughts(case: Correction, now: datetime) -> dict[str, Any]:
    """Return until when a closed case can be opened again, and who would decide an appeal."""
    if case.is_open:
        return {"until": None, "appeal_desk": None}
    return {
        "until": actions.reopenable_until(case),
        "appeal_desk": actions.appeal_desk_or_reason(case, now)[1],
    }


def question(case: Correction) -> CorrectionEvent | None:
    """Return the latest question to the citizen."""
    asked = case.events.filter(step="ask").select_related("organization")
    return asked.order_by("at", "id").last()


def times_asked(case: Correction) -> int:
    """Return how many questions were asked: the form sends it, so that an answer fits one only."""
    return case.events.filter(step="ask").count()


def is_recorded(case: Correction, step: str, by: "User", said: str) -> bool:
    """Tell whether this user took this step with the same text before: the form was sent twice."""
    return case.events.filter(step=step, by=by, remark=said.strip()).exists()


def recorded_notice(step: str, case: Correction) -> str:
    """Return the notice after a step: that it is recorded, what happens next, and until when."""
    values = {
        "organization": case.holder.name if case.holder else "",
        "due": ui.when(case.due_at),
        "until": ui.when(until) if (until := actions.reopenable_until(case)) else "",
    }
    if step == "add_photo" and case.holder is None:
        return _("The photos are with your proposal now.")
    return {
        "answer": _("%(organization)s has your answer and replies by %(due)s."),
        "add_photo": _("The photos are with your proposal now; %(organization)s sees them."),
        "withdraw": _(
            "The proposal is withdrawn; the record stays as it is. You can report it again at any time."
        ),
        "appeal": _("Your appeal is recorded. %(organization)s decides by %(due)s."),
        "log_disagreement": _("Your disagreement is kept with the record, in your own words."),
        "confirm": _("Thank you. Should you find something wrong after all, say so by %(until)s."),
        "reopen": _("It is opened again. %(organization)s answers by %(due)s."),
    }[step] % values


def problem(refusal: Exception, case: Correction) -> tuple[str, str]:
    """Return headline and sentence of the page that says why the step was not possible."""
    match refusal:
        case AlreadyOpen():
            return (
                _("There is a newer proposal about the same thing"),
                _("It is being handled already. Whatever you want to add, add it there."),
            )
        case TooLate():
            return (
                _("It is too late for this"),
                _(
                    "More than 30 days have passed since this proposal was closed. Report it "
                    "again: a new proposal is answered within 48 hours."
                ),
            )
        case NobodyAbove():
            return (
                _("Nobody can decide this anew"),
                _("It was appealed once already, or no level stands above the one that decided."),
            )
    return _("This is not possible any more"), history.status_sentence(case)


def _place(organization: Organization | None) -> str:
    """Return the areas of an organization, from the commune up, as far as they are known."""
    names = []
    area = organization.area if organization else None
    while area is not None:
        names.append(area.full_name)
        area = area.parent
    return ", ".join(names)
