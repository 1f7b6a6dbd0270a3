"""Vaccination sessions of a site, and the lots that it received."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Trim, Upper
from django.utils.translation import gettext_lazy as _

from doses.models.vaccines import Vaccine
from organizations.models import Organization


class ReceivedLotQuerySet(models.QuerySet["ReceivedLot"]):
    def standing(self) -> Self:
        """Lots that were not taken off the list as a mistake."""
        return self.filter(withdrawn_at=None)


class ReceivedLot(models.Model):
    """A lot of a vaccine that a site received. A mistake is withdrawn, never changed."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organization"),
        db_index=False,
    )
    vaccine = models.ForeignKey(
        Vaccine,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("vaccine"),
        db_index=False,
    )
    number = models.CharField(_("lot"), max_length=64)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    received_on = models.DateField(_("received on"))
    doses = models.PositiveIntegerField(_("doses received"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
        db_index=False,
    )

    objects = ReceivedLotQuerySet.as_manager()

    class Meta:
        verbose_name = _("received lot")
        verbose_name_plural = _("received lots")
        ordering = ["-received_on", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "vaccine", "number"],
                condition=Q(withdrawn_at=None),
                name="received_lot_once",
                violation_error_message=_("This lot is on the list of the site already."),
            ),
            models.CheckConstraint(
                condition=Q(number=Upper(Trim("number"))) & ~Q(number=""),
                name="received_lot_in_capitals",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class VaccinationSession(models.Model):
    """A site gives doses on one day at one venue: planned, then held, then counted."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Called off")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Who gives the doses. The venue may be a school or a factory.
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organization"),
        db_index=False,
    )
    venue = models.CharField(_("venue"), max_length=120, blank=True)
    on = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    lots = models.ManyToManyField(
        ReceivedLot, blank=True, related_name="sessions", verbose_name=_("lots")
    )
    planned_doses = models.PositiveIntegerField(_("planned doses"), null=True, blank=True)
    # By the site's own count, on paper: what was entered is counted from the doses.
    given_doses = models.PositiveIntegerField(_("doses given"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("vaccination session")
        verbose_name_plural = _("vaccination sessions")
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["organization", "on"], name="session_organization_on")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["done", "cancelled"], closed_at__isnull=False)
                | Q(status__in=["planned", "open"], closed_at=None),
                name="session_closed_when_done",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("at")),
                name="session_closed_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on:%d/%m/%Y} · {self.venue or self.organization_id}"

    @property
    def is_over(self) -> bool:
        """Done or called off; doses can still be entered for one that is done."""
        return self.closed_at is not None
