"""What somebody must see to although the system works: messages to apps that nobody sends."""

from datetime import timedelta

from partners.models import Delivery, Endpoint
from vaxreg import db_time

LATE = timedelta(minutes=15)


def notice() -> str:
    """Return a sentence when something is due for long to an address that rests not; else ""."""
    now = db_time.now()
    ready = Endpoint.objects.on().filter(rests_until__lt=now - LATE)
    late = Delivery.objects.filter(
        state=Delivery.State.WAITING,
        next_try_at__lt=now - LATE,
        endpoint__in=ready.order_by().values("pk"),
    )
    first = late.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    if first is None:
        return ""
    return (
        f"messages to partner apps wait since {first:%Y-%m-%d %H:%M}Z, and their addresses are not"
        " the cause: does a worker run?"
    )
