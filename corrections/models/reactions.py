"""What the citizen says of an answer: that it was read and is put away, and whether it helped.

Append-only: of several rows the newest counts, so that everything can be taken back and nothing is
lost (migration 0007).
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from corrections.models.case import Correction


class Dismissal(models.Model):
    """The citizen put an answer away, or took it out again (is_dismissed False)."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="dismissals")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    # It is about the answer as it stood: a newer answer is shown again.
    version = models.PositiveIntegerField()
    is_dismissed = models.BooleanField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.correction_id} {self.is_dismissed}"
