"""What the citizen says of an answer: that it was read and is put away, and whether it helped.

Append-only: of several rows the newest counts, so that everything can be taken back and nothing is
lost (migrations 0007 and 0008).
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from corrections.models.case import Correction
from organizations.models import Organization


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


class HelpAnswerQuerySet(models.QuerySet["HelpAnswer"]):
    def newest(self) -> Self:
        """What was said last of each decision: the rest was taken back."""
        later = HelpAnswer.objects.filter(
            correction=OuterRef("correction"),
            decided_at=OuterRef("decided_at"),
            pk__gt=OuterRef("pk"),
        )
        return self.exclude(Exists(later))


class HelpAnswer(models.Model):
    """The citizen said of one decision whether it helped."""

    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, related_name="help_answers"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    # Which decision: a case that is opened again is decided again. holder: who had decided it.
    decided_at = models.DateTimeField()
    holder = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    helped = models.BooleanField()

    objects = HelpAnswerQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["at"], name="help_answer_at")]

    def __str__(self) -> str:
        return f"{self.correction_id} {self.helped}"
