"""Looks outside of one's cases, as other days and pages have left them behind."""

from datetime import timedelta

from accounts.models import User
from citizens.models import Citizen, RecordVisit
from vaxreg import db_time


def strangers(number: int) -> list[Citizen]:
    """Write as many people whom nobody knows."""
    made = Citizen.objects.bulk_create(
        Citizen(full_name=f"Người Lạ {index}", date_of_birth="1980-01-01")
        for index in range(number)
    )
    return list(made)


def looked_at(
    user: User,
    number: int,
    *,
    ago: timedelta = timedelta(minutes=30),
    ground: str = "elsewhere",
    of: list[Citizen] | None = None,
) -> list[Citizen]:
    """Let the account have opened as many people, or these, so long ago."""
    people = of or strangers(number)
    at = db_time.now() - ago
    RecordVisit.objects.bulk_create(
        RecordVisit(user=user, citizen=one, why="review", seen="record", ground=ground, at=at)
        for one in people
    )
    return people
