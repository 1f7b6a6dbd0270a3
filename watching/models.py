"""Alarms: what was wrong, since when, and who was told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Alarm(models.Model):
    """One trouble from its first sight to its end. Only alarms.py writes it."""

    # The check that found it.
    name = models.CharField(max_length=80)
    said = models.TextField()
    since = models.DateTimeField()
    # When people were told of it; NULL: not yet.
    told_at = models.DateTimeField(null=True, blank=True)
    # Since when the check finds nothing; after some minutes of that the trouble is over.
    quiet_since = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Alarm"]] = models.Manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(over_at=None), name="alarm_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} since {self.since:%Y-%m-%d %H:%M}"
