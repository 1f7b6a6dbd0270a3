"""The text about a case that an agent of the hotline reads out: state, holder, deadline.

Short sentences, in the caller's language, with the same facts as on the citizen's page.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from citizens.masking import mask_own_name
from corrections import facts, history, next_steps, stalled
from corrections.lifecycle import GROUND_LABELS, Ground, Party, Status
from corrections.models import Correction
from vaxreg import ui

# Steps to mention, in order; only the first that is possible is mentioned.
NEXT = ("answer", "confirm", "appeal", "reopen", "log_disagreement")


def paragraph(case: Correction, now: datetime) -> str:
    """Return one paragraph: state of the case, both times, and what the caller can do next."""
    sentences = [
        _what(case),
        _standing(case),
        stalled.notice(case),
        _time(case, now),
        _age(case, now),
        _next(case, now),
    ]
    words = " ".join(sentence for sentence in sentences if sentence)
    return mask_own_name(words, case.citizen.full_name)


def _what(case: Correction) -> str:
    return _("Reference %(reference)s, %(what)s, recorded at %(time)s.") % {
        "reference": case.reference,
        "what": facts.headline(case),
        "time": ui.when(case.received_at),
    }


def _standing(case: Correction) -> str:
    """Return the sentence about the state, with details that the citizen's page shows elsewhere."""
    names = {
        "organization": case.holder.name if case.holder else "",
        "remark": case.remark_shown,
        "ground": str(GROUND_LABELS[Ground(case.ground)]) if case.ground else "",
        "searched": "; ".join(case.searched_shown),
        "question": question(case),
    }
    if case.status == Status.WAITING:
        return _("%(organization)s has a question for you: “%(question)s”") % names
    if case.status == Status.EXPIRED:
        return (
            _("It was closed, because the question was not answered for 7 days: “%(question)s”")
            % names
        )
    if case.status == Status.PARTLY_ACCEPTED:
        return _("%(organization)s accepted it in part. %(remark)s") % names
    if case.status == Status.REFUSED:
        return _("%(organization)s refused it. The ground: %(ground)s. %(remark)s") % names
    if case.status == Status.CANNOT_CONFIRM:
        return (
            _("%(organization)s cannot confirm it. It searched: %(searched)s. %(remark)s") % names
        )
    if case.status == Status.UPHELD:
        return _("The appeal was refused by %(organization)s. %(remark)s") % names
    return history.status_sentence(case)


def question(case: Correction) -> str:
    """Return the latest question to the citizen, masked; empty without one.

    Agents read it, and whoever has the address of an upload link.
    """
    asked = case.events.filter(step="ask").order_by("-at", "-id").first()
    return mask_own_name(asked.remark_shown, case.citizen.full_name) if asked else ""


def _time(case: Correction, now: datetime) -> str:
    if case.decided_at is not None:
        return _("It was decided at %(time)s, %(took)s after it was recorded.") % {
            "time": ui.when(case.decided_at),
            "took": ui.duration(case.decided_at - case.received_at),
        }
    if not case.is_open:
        return ""
    if case.paused_at is not None:
        return _("Until you answer, the clock stands still; please answer by %(time)s.") % {
            "time": ui.when(case.answer_by) if case.answer_by else ""
        }
    values = {
        "due": ui.when(case.due_at),
        "left": ui.duration(abs(case.due_at - now)),
        "told": history.told_last(history.entries(case, history.Audience.CITIZEN)),
    }
    if not case.is_overdue(now):
        return _("The answer is due by %(due)s, that is in %(left)s.") % values
    late = _("The answer was due at %(due)s and is %(left)s late.") % values
    return f"{late} {_('%(told)s was told of it.') % values}" if values["told"] else late


def _age(case: Correction, now: datetime) -> str:
    if not case.is_open:
        return ""
    age = ui.duration(now - case.received_at)
    return _("Since it was recorded %(age)s have passed.") % {"age": age}


def _next(case: Correction, now: datetime) -> str:
    offered = next_steps.offered(case, [Party.HOTLINE], now)
    words = {
        "answer": _("You can answer now, and I write it down."),
        "confirm": _(
            "Please look whether it is right now; you can tell me, or say that it is not."
        ),
        "appeal": _("If you do not agree, you can appeal to the next level up within 30 days."),
        "reopen": _("If it is still wrong, it can be opened again within 30 days."),
        "log_disagreement": _("If you do not agree, that can be kept with the record."),
    }
    for step in NEXT:
        if step in offered:
            return words[step]
    if case.is_open:
        return _("You need not do anything now. You get a text message when it is decided.")
    return ""
