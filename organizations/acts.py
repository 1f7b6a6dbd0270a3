"""The model Act: changes of the organization tree, with who, when, from where to where.

Append-only. Imported by organizations.models; refers to its models by name, to avoid a cycle.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Act(models.Model):
    """A change of one organization; the database refuses to update it (migration 0004)."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        CHANGED = "changed", _("Details changed")
        MOVED = "moved", _("Moved")
        MERGED = "merged", _("Merged into another one")
        CLOSED = "closed", _("Closed")

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.PROTECT, related_name="acts", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    # NULL when a management command did it.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The parent before it was moved.
    came_from = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # The new parent (opened, moved), or the successor (merged, closed).
    went_to = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="acts_towards",
    )
    # Old and new values: {"phone": ["024 3823 0000", "024 3823 0001"]}.
    changed = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("act on an organization")
        verbose_name_plural = _("acts on organizations")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organization", "at"], name="act_of_organization")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="moved", came_from__isnull=False, went_to__isnull=False)
                | Q(kind="merged", came_from=None, went_to__isnull=False)
                | Q(kind__in=["opened", "closed"], came_from=None)
                | Q(kind="changed", came_from=None, went_to=None),
                name="act_says_from_where_to_where",
            ),
            models.CheckConstraint(
                condition=(Q(kind="changed") & ~Q(changed={}))
                | (~Q(kind="changed") & Q(changed={})),
                name="act_says_what_was_changed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
