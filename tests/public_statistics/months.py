"""Months of figures, counted and closed."""

from datetime import date, timedelta

from organizations.models import Organization
from reporting.models import DayFigures, ReportDay
from vaxreg import db_time

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


DAY = timedelta(days=1)


def close_month(month: date, days: int = 31) -> None:
    ReportDay.objects.bulk_create(
        ReportDay(day=month + number * DAY, closed_at=db_time.now()) for number in range(days)
    )


def count(organization: Organization, day: date, *counts: int, whole: bool = True) -> None:
    """Write the figures of a day: received, decided, in time, missed."""
    names = ("opened", "decided", "in_time", "missed")
    DayFigures.objects.create(
        day=day,
        organization=organization,
        above=organization.part_of,
        is_whole=whole,
        is_desk=not whole,
        took=list(range(60, 60 + min(counts[1], 32))),
        **dict(zip(names, counts, strict=True)),
    )
