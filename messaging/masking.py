"""Masked recipients, for pages of other people."""

from messaging.models import Channel, Message
from vaxreg import ui


def masked_recipient(message: Message) -> str:
    """Return the recipient masked: 09•• ••• 678, m•••@example.vn; "" for the inbox on the site."""
    if message.channel == Channel.INBOX:
        return ""
    if message.channel in (Channel.SMS, Channel.CALL):
        return ui.masked_phone(message.recipient)
    return ui.masked_email(message.recipient)
