"""How many SMS and calls arrived in each of the last hours, by operator."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from messaging.models import Message, State
from messaging.operators import Operator
from vaxreg import db_time

HOURS = 24


@dataclass(frozen=True)
class Arrivals:
    """Messages that were handed to an operator, or should have been.

    sent: all of them. arrived: confirmed. lost: given up, or refused. codes: how many of all carried
    a code to sign in, and codes_lost how many of these were lost.
    """

    sent: int = 0
    arrived: int = 0
    lost: int = 0
    codes: int = 0
    codes_lost: int = 0

    def __add__(self, other: "Arrivals") -> "Arrivals":
        return Arrivals(
            self.sent + other.sent,
            self.arrived + other.arrived,
            self.lost + other.lost,
            self.codes + other.codes,
            self.codes_lost + other.codes_lost,
        )


@dataclass(frozen=True)
class Hour:
    """One hour, from `begins` on, with the messages written in it."""

    begins: datetime
    of: Mapping[Operator, Arrivals]

    @property
    def total(self) -> Arrivals:
        return sum(self.of.values(), Arrivals())


def last_hours() -> list[Hour]:
    """Return the last 24 hours, the newest first; an hour without messages is there too.

    One query over an index of the messages that an operator carries.
    """
    now = db_time.now()
    newest = now.replace(minute=0, second=0, microsecond=0)
    begins = [newest - timedelta(hours=back) for back in range(HOURS)]
    lost = Q(state=State.GIVEN_UP)
    rows = (
        Message.objects.filter(created_at__gte=begins[-1])
        .exclude(operator="")
        .order_by()
        .annotate(hour=TruncHour("created_at"))
        .values("hour", "operator")
        .annotate(
            sent=Count("pk"),
            arrived=Count("pk", filter=Q(state=State.DELIVERED)),
            lost=Count("pk", filter=lost),
            codes=Count("pk", filter=Q(is_secret=True)),
            codes_lost=Count("pk", filter=lost & Q(is_secret=True)),
        )
    )
    found: dict[datetime, dict[Operator, Arrivals]] = {}
    for row in rows:
        counts = {name: row[name] for name in ("sent", "arrived", "lost", "codes", "codes_lost")}
        found.setdefault(row["hour"], {})[Operator(row["operator"])] = Arrivals(**counts)
    return [Hour(hour, found.get(hour, {})) for hour in begins]
