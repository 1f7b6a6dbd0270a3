"""The most SMS that one phone gets in a day; one SMS on the next morning stands for the rest.

Whoever makes the registry write many messages must not make a phone ring all day, nor us pay for it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from messaging.models import OPEN_STATES, Channel, Message
from vaxreg import ui
from vaxreg.addresses import absolute

# Purpose of the SMS that stands for the rest.
PURPOSE = "more_messages"
PERIOD = timedelta(days=1)


def is_reached(recipient: str, now: datetime) -> bool:
    """Whether this phone (E.164) got SMS_PER_PHONE_A_DAY messages in the last 24 hours.

    Codes do not count, they have limits of their own. Two transactions at once may each send one
    more: nobody waits for a lock here.
    """
    sent = Message.objects.to(recipient).filter(channel=Channel.SMS, is_secret=False)
    newest = sent.filter(carried_by=None).order_by("-pk").values_list("created_at", flat=True)
    most: int = settings.SMS_PER_PHONE_A_DAY
    earliest = newest[most - 1 : most].first()
    return earliest is not None and earliest > now - PERIOD


def waiting_carrier(recipient: str, user_id: int | None) -> Message | None:
    """Return the SMS that stands for the rest and has not been sent yet."""
    open_ones = Message.objects.to(recipient).filter(purpose=PURPOSE, state__in=OPEN_STATES)
    return open_ones.filter(user=user_id, claimed_until=None).first()


def text(user_id: int | None) -> str:
    """Return the words of that SMS; people without an account have no inbox to read the rest in."""
    if user_id is None:
        return _(
            "Sổ Tiêm: there is more news for you than we may send by SMS in a day. Call %(number)s"
            " to hear it."
        ) % {"number": ui.hotline().display}
    return _(
        "Sổ Tiêm: there is more news for you than we may send by SMS in a day. Read all of it:"
        " %(link)s"
    ) % {"link": absolute(reverse("messages"))}
