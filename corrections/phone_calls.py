"""Why a desk calls a citizen, and what came of the call: one tap each, in the reader's language."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CallReason(StrEnum):
    """Why the desk opens the phone numbers of a case; stored with the event."""

    QUESTION = "question"
    PAPER = "paper"
    COME = "come"
    RESULT = "result"
    OTHER = "other"


REASON_LABELS: dict[CallReason, Promise] = {
    CallReason.QUESTION: _("Ask about the case"),
    CallReason.PAPER: _("Ask for the paper, or a better photo"),
    CallReason.COME: _("Ask them to come to us"),
    CallReason.RESULT: _("Say what was decided"),
    CallReason.OTHER: _("Another reason"),
}

# Ready notes about a call that was made.
OUTCOMES: tuple[Promise, ...] = (
    _("Called: spoke with them."),
    _("Called: nobody answered."),
    _("Called: the number is wrong."),
)
