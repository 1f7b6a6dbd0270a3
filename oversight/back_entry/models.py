"""A letter to the sites that are behind, and to which sites it goes."""

import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Membership, Organization
from recording.models import Deadline
from review.models import OfficerNote

if TYPE_CHECKING:
    from accounts.models import User


class BroadcastQuerySet(models.QuerySet["Broadcast"]):
    def visible_to(self, user: "User") -> Self:
        """Letters to the sites of an area that the health officer oversees."""
        reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
        return self.filter(under__in=reach.values("pk"))


class Broadcast(models.Model):
    """One text to all sites below an organization that have entered too little. Append-only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deadline = models.ForeignKey(
        Deadline, on_delete=models.PROTECT, related_name="+", verbose_name=_("deadline")
    )
    under = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("sites below")
    )
    # Percent of what a site gave: it is written to if it has entered less.
    below = models.PositiveSmallIntegerField(
        _("entered less than"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # Also to sites that have not said how many they gave.
    uncounted = models.BooleanField(_("also without a count"), default=False)
    text = models.TextField(_("text"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"))

    objects: ClassVar[BroadcastQuerySet] = BroadcastQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("letter to sites behind")
        verbose_name_plural = _("letters to sites behind")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(below__range=(1, 100)), name="broadcast_below_a_percentage"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="broadcast_says_something"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class BroadcastSite(models.Model):
    """A site that gets the letter, with how far it was then, and the note that it got.

    Who read it, and when, stands in the note. A worker writes the notes and the reminders.
    """

    broadcast = models.ForeignKey(
        Broadcast, on_delete=models.PROTECT, related_name="sites", verbose_name=_("letter")
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        db_index=False,
    )
    given = models.PositiveIntegerField(_("given"))
    covered = models.PositiveIntegerField(_("entered of those given"))
    note = models.OneToOneField(
        OfficerNote,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("note"),
    )
    # The health officer no longer oversees the site, or works there by now.
    is_left_out = models.BooleanField(_("left out"), default=False)
    remind_asked_at = models.DateTimeField(_("reminder asked for at"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("site of a letter")
        verbose_name_plural = _("sites of letters")
        ordering = ["broadcast_id", "id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(note=None, is_left_out=False),
                name="broadcast_site_to_write",
            ),
            models.Index(
                fields=["id"],
                condition=Q(remind_asked_at__isnull=False),
                name="broadcast_site_to_remind",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["broadcast", "organization"], name="broadcast_site_once"
            ),
            models.CheckConstraint(
                condition=Q(note=None) | Q(is_left_out=False), name="broadcast_site_told_or_not"
            ),
            models.CheckConstraint(
                condition=Q(covered__lte=F("given")), name="broadcast_site_covers_what_was_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} · {self.organization_id}"
