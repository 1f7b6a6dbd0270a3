"""Decisions that are made but not in force yet: their author may take them back for 30 seconds."""

from django.conf import settings
from django.db import models
from django.db.models import Expression, Q
from django.utils.translation import gettext_lazy as _

from corrections.models.case import Correction
from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED

# The decisions of which their author still reads: those that wait, and those that failed.
UNFINISHED = ("", "not_possible")


class DelayedDecisionQuerySet(models.QuerySet["DelayedDecision"]):
    def live(self) -> "DelayedDecisionQuerySet":
        """Neither carried out, nor taken back, nor found impossible."""
        return self.filter(ended_at=None)

    def due(self, now: Expression) -> "DelayedDecisionQuerySet":
        return self.live().filter(carry_out_at__lte=now)


class DelayedDecision(models.Model):
    """One decision between the click and its effect; nothing has changed and nobody knows yet.

    verb, arguments: what `actions.carry_out` will call. typed: the form as it was sent, for the
    page of a decision that was taken back. Both are emptied when the decision is carried out: the
    event of the case says the same then.
    """

    class End(models.TextChoices):
        CARRIED_OUT = "carried_out", _("Carried out")
        TAKEN_BACK = "taken_back", _("Taken back")
        NOT_POSSIBLE = "not_possible", _("Not possible any more")

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="delayed")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=24)
    arguments = SealedJSONField(sealed=SEALED, default=dict)
    typed = SealedJSONField(sealed=SEALED, default=dict)
    # The version of the case for which it was made; any other one makes it impossible.
    version = models.PositiveIntegerField()
    # The status to which it will lead.
    leads_to = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    carry_out_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=End, blank=True)

    objects = DelayedDecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["correction"],
                condition=Q(ended_at=None),
                name="one_delayed_decision_per_case",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""),
                name="delayed_decision_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["carry_out_at"], condition=Q(ended_at=None), name="decision_to_carry_out"
            ),
            models.Index(fields=["by"], condition=Q(end__in=UNFINISHED), name="decision_of_author"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} of {self.correction_id}"
