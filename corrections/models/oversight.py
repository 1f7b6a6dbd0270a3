"""What officers write to the sites they oversee, and which sites are silent, and why."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization


class OfficerNote(models.Model):
    """A note from a health officer to an organization, about no case in particular.

    Append-only: the database lets nothing be changed but who read it and when, once.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="notes", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # For which centre or department the officer wrote.
    written_for = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    text = models.TextField()
    at = models.DateTimeField()
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("note to an organization")
        verbose_name_plural = _("notes to organizations")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organization", "at"], name="officer_note_of"),
            models.Index(
                fields=["organization"], condition=Q(read_at=None), name="officer_note_unread"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(read_by=None, read_at=None)
                | Q(read_by__isnull=False, read_at__isnull=False),
                name="officer_note_read_who_and_when",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="officer_note_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.at:%Y-%m-%d %H:%M}"


class Silence(models.Model):
    """An organization that does not answer, and why: kept by a job for reports above a district.

    What it means, and from when on it counts: corrections/silence.py.
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
