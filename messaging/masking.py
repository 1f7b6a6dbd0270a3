"""Recipients as others may see them."""

from messaging.models import Channel, Message
from vaxreg import ui


def masked_recipient(message: Message) -> str:
    """Enough to know it again, too little to use it: 09•• ••• 678, m•••@example.vn."""
    if message.channel == Channel.SMS:
        return ui.masked_phone(message.recipient)
    name, at, domain = message.recipient.partition("@")
    return f"{name[:1]}•••{at}{domain}"
