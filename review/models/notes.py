"""Notes of health officers to a site."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization


class OfficerNote(models.Model):
    """A note from a health officer to an organization, about no case in particular.

    Append-only: a trigger allows only to set, once, who read it and when.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="notes", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The organization for which the officer wrote it.
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
