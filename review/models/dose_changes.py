"""Changes that a site makes to its own doses, and the second person who confirms some of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from doses.models import Dose
from organizations.models import Organization


class DoseChange(models.Model):
    """What a site wants to put right in a dose that it gave. Never deleted.

    changes: facts by field as corrections store them, or {"status": "entered_in_error"}. revision:
    that of the dose when it was written; after another change it no longer applies. reasons: why a
    second person is asked; empty for one that was applied at once. double_of: the dose that stays,
    where this one is taken out because it says the same.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        APPLIED = "applied", _("Applied")
        TAKEN_BACK = "taken_back", _("Taken back or not confirmed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dose = models.ForeignKey(Dose, on_delete=models.PROTECT, related_name="+", db_index=False)
    revision = models.PositiveSmallIntegerField()
    changes = models.JSONField()
    why = models.CharField(max_length=500)
    reasons = models.JSONField(default=list)
    # No constraint: who writes the change would wait for whoever revises the dose that stays.
    double_of = models.ForeignKey(
        Dose,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change of a dose by its site")
        verbose_name_plural = _("changes of doses by their sites")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(
                fields=["organization", "at"],
                condition=Q(state="waiting"),
                name="dose_change_waiting_at",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dose"], condition=Q(state="waiting"), name="dose_change_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="dose_change_decided_when_not_waiting",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="dose_change_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
