"""What officers write to the sites they oversee, and which sites are silent, and why."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization


class Silence(models.Model):
    """An organization that does not answer, and why: kept by a job for reports above a district.

    What it means, and from when on it counts: oversight/silence.py.
    """

    class Reason(models.TextChoices):
        CLOSED = "closed", _("Closed, with cases on its desk")
        NO_REVIEWER = "no_reviewer", _("Nobody decides there")
        NO_DECISION = "no_decision", _("No decision")
        UNREAD = "unread", _("Cases that nobody opened")
        NO_SIGN_IN = "no_sign_in", _("Nobody signed in")
        BOUNCING = "bouncing", _("E-mail does not arrive")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="silences", db_index=False
    )
    reason = models.CharField(max_length=12, choices=Reason)
    # The last sign of life, as far as there ever was one: the last sign-in, decision, reviewer.
    since = models.DateTimeField(null=True, blank=True)
    # Open cases on its desk.
    cases = models.PositiveIntegerField(default=0)
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["reason", "-cases", "organization"]
        indexes = [
            models.Index(fields=["reason", "-cases", "organization"], name="silence_worst_first")
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "reason"], name="silence_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.reason}"
