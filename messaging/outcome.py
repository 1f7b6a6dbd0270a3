"""What became of a message, in one sentence for staff: arrived, on its way, or not delivered."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from messaging.models import Channel, Message, State
from vaxreg import ui


@dataclass(frozen=True)
class Outcome:
    """kind and icon: as `<c-chip>` takes them."""

    kind: str
    icon: str
    words: str


def outcome_of(message: Message, now: datetime) -> Outcome:
    """Return what became of a message, or of its newest copy. Its text is not told."""
    if message.carried_by_id is not None and message.channel == Channel.SMS:
        if message.user_id is None:
            return Outcome("soon", "inbox", _("No SMS of its own: another one asks to call us"))
        return Outcome(
            "soon", "inbox", _("In the inbox on the site only, with too many SMS that day")
        )
    if message.state == State.DELIVERED:
        return Outcome("ok", "circle-check", _("Arrived"))
    if message.state == State.SENT:
        if message.is_unconfirmed(now):
            words = _("Sent; the operator has not confirmed that it arrived")
            return Outcome("soon", "circle-help", words)
        return Outcome("info", "send", _("Sent"))
    if message.state == State.GIVEN_UP:
        if message.accepted_at is not None:
            return Outcome("over", "circle-x", _("Not delivered by the operator"))
        return Outcome("over", "circle-x", _("Could not be sent"))
    words = _("Waits until %(time)s") % {"time": ui.minute(message.next_try_at)}
    if message.state == State.FAILED:
        words = _("Not sent yet; tried again at %(time)s") % {
            "time": ui.minute(message.next_try_at)
        }
    elif message.next_try_at <= now:
        words = _("Waits to be sent")
    return Outcome("info", "clock", words)
