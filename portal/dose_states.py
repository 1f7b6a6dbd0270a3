"""The state of a dose under correction, as its citizen reads it; a child's in the child's name."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from corrections import lifecycle
from corrections.models import Correction
from vaxreg import ui


@dataclass(frozen=True)
class DoseState:
    """The parameters of its `<c-chip>`."""

    kind: str
    icon: str
    words: str
    href: str


def state_of(case: Correction, now: datetime, *, whose: str = "") -> DoseState:
    """Return where the proposal about a dose stands; whose: the name, unless it is the reader."""
    values = {
        "name": whose,
        "due": ui.minute(case.due_at),
        "status": str(case.get_status_display()),
        "until": ui.minute(case.answer_by) if case.answer_by else "",
    }
    kind, icon, own, named = _sentences(case, now)
    page = "correction-answer" if case.status in lifecycle.AWAITING_CITIZEN else "correction"
    return DoseState(
        kind, icon, (named if whose else own) % values, reverse(page, args=[case.reference])
    )


def _sentences(case: Correction, now: datetime) -> tuple[str, str, str, str]:
    """Return kind and icon, and the sentence to the owner and to somebody who cares for them."""
    if case.status in lifecycle.AWAITING_CITIZEN:
        words = _("Waiting for your answer, until %(until)s")
        return "soon", "message-circle", words, words
    if case.is_open and case.is_overdue(now):
        return (
            "over",
            "triangle-alert",
            _("Answer was due by %(due)s"),
            _("The answer about the dose of %(name)s was due by %(due)s"),
        )
    if case.is_open and case.on_appeal:
        return (
            "info",
            "scale",
            _("Your appeal is being decided · answer by %(due)s"),
            _("The appeal about the dose of %(name)s is being decided · answer by %(due)s"),
        )
    if case.is_open:
        return (
            "info",
            "clock",
            _("Being checked · answer by %(due)s"),
            _("The dose of %(name)s is being checked · answer by %(due)s"),
        )
    return (
        "over",
        "circle-x",
        _("%(status)s · why, and what you can do"),
        _("The dose of %(name)s: %(status)s · why, and what you can do"),
    )
