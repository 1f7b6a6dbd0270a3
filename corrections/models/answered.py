"""Open cases to which the record now says what was proposed, each beside the dose that says so."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from corrections.models.case import Correction
from doses.models import Dose


class AnsweredCase(models.Model):
    """An open case, and the dose on record that answers it.

    Computed from both: written when doses are, dropped when the case closes or the dose no longer
    says so. What happened stands in the events of the case.
    """

    # No constraint: who writes a dose would wait for whoever decides a case of the same person,
    # and those for the dose. A case is never deleted.
    correction = models.OneToOneField(
        Correction,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="answered_by",
        db_constraint=False,
    )
    dose = models.ForeignKey(Dose, on_delete=models.PROTECT, related_name="+", db_index=False)
    found_at = models.DateTimeField()
    # Somebody has asked to close it, together with many: a background job does it.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True)
    # Why it was not closed when somebody asked: a name of answered.obstacles.Obstacle.
    refused = models.CharField(max_length=16, blank=True, db_default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(asked_at__isnull=False),
                name="answered_case_to_close",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_by=None, asked_at=None)
                | Q(asked_by__isnull=False, asked_at__isnull=False, refused=""),
                name="answered_case_asked_by_whom_and_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.correction_id}: dose {self.dose_id}"
