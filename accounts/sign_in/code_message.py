"""What became of the SMS, call or e-mail with a code, in the words of whoever waits for it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import SignInCode
from messaging.models import Channel, Message, State
from vaxreg import db_time, ui

# After these minutes the page no longer asks by itself.
ASKS_FOR = timedelta(minutes=3)


@dataclass(frozen=True)
class CodeMessage:
    """kind: of `<c-notice>`. is_open: more may be heard of it."""

    kind: str
    words: str
    is_open: bool


def what_became(code_id: uuid.UUID) -> CodeMessage | None:
    """Return what is known of the message that carries this code; None when there is none."""
    row = SignInCode.objects.filter(pk=code_id).select_related("message").first()
    if row is None or row.message is None:
        return None
    message = row.message
    of_channel = {Channel.CALL: _of_call, Channel.EMAIL: _of_email}.get(
        Channel(message.channel), _of_sms
    )
    kind, words = of_channel(message)
    is_young = db_time.now() < row.created_at + ASKS_FOR
    final = {State.DELIVERED, State.GIVEN_UP}
    if message.channel == Channel.EMAIL:
        # Mail servers send no receipts.
        final.add(State.SENT)
    is_open = is_young and message.state not in final
    return CodeMessage(kind, words, is_open)


def _of_sms(message: Message) -> tuple[str, str]:
    if message.state == State.DELIVERED:
        words = _("The operator says that the SMS reached the phone at %(time)s.")
        return "success", words % {"time": _time(message.delivered_at)}
    if message.state == State.SENT:
        words = _("Sent at %(time)s. The operator has not said yet whether it arrived.")
        return "info", words % {"time": _time(message.sent_at)}
    if message.state == State.GIVEN_UP:
        return "warning", _("The operator could not deliver the SMS. Take another way below.")
    if message.state == State.FAILED:
        return "warning", _(
            "The SMS could not be sent yet; we try again by ourselves. Or take another way below."
        )
    return "info", _("The SMS is being sent.")


def _of_call(message: Message) -> tuple[str, str]:
    if message.state == State.DELIVERED:
        words = _("The call was answered at %(time)s.")
        return "success", words % {"time": _time(message.delivered_at)}
    if message.state == State.SENT:
        return "info", _("Your phone rings in a moment. Take the call, and write down the code.")
    if message.state == State.GIVEN_UP:
        return "warning", _("The call did not reach the phone. Take another way below.")
    if message.state == State.FAILED:
        return "warning", _(
            "The call could not be made yet; we try again by ourselves. Or take another way below."
        )
    return "info", _("We are calling you.")


def _of_email(message: Message) -> tuple[str, str]:
    if message.state in (State.SENT, State.DELIVERED):
        words = _("Sent by e-mail at %(time)s. Look into the folder for spam too.")
        return "info", words % {"time": _time(message.sent_at)}
    if message.state == State.GIVEN_UP:
        return "warning", _("The e-mail could not be delivered. Take another way below.")
    if message.state == State.FAILED:
        return "warning", _(
            "The e-mail could not be sent yet; we try again by ourselves. Or take another way below."
        )
    return "info", _("The e-mail is being sent.")


def _time(at: datetime | None) -> str:
    """Return the time of day; the database has one for a message in this state."""
    return ui.time(at) if at else ""
