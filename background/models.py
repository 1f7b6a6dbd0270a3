"""Work in the background: tries that have not ended, leases, and what the clock has sent."""

from datetime import datetime
from typing import ClassVar

from django.db import models


class WorkTryQuerySet(models.QuerySet["WorkTry"]):
    """Filters for tries of background work."""

    def set_aside(self) -> "WorkTryQuerySet":
        """Work that is not tried any more."""
        return self.filter(set_aside_at__isnull=False)

    def begun_before(self, moment: datetime) -> "WorkTryQuerySet":
        """What was begun at this moment or earlier."""
        return self.filter(begun_at__lte=moment)


class WorkTry(models.Model):
    """One piece of work that was begun. The row is deleted when its process lives to see the end.

    So what is left says that a process died in the middle, and `tries` says how many did. Only
    counting.py and counted_task.py write it.
    """

    # The kind of work (counting.Work.name), or the name of a Celery task.
    work = models.CharField(max_length=60)
    # Which piece: the id of a row, a day, or the arguments of a task.
    key = models.CharField(max_length=120)
    # The id of the Celery message, for a task: the same when it is delivered again. Else empty.
    message = models.CharField(max_length=64, blank=True)
    # The Celery message in which a piece that is not a task was begun.
    during = models.CharField(max_length=64, blank=True)
    tries = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["WorkTry"]] = WorkTryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["work", "key", "message"], name="work_try_once"),
        ]

    def __str__(self) -> str:
        return f"{self.work} {self.key}"


class Lease(models.Model):
    """Which process alone does something, and until when; written by `background.leases`."""

    name = models.CharField(max_length=40, unique=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.holder}"


class ClockEntry(models.Model):
    """When an entry of the schedule was last sent."""

    name = models.CharField(max_length=200, unique=True)
    sent_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
