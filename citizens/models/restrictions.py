"""Records that are used for nothing but keeping them, because their person asked for it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self) -> Self:
        return self.filter(until=None)


class Restriction(models.Model):
    """Since when partner programs may not read a record, and until when; kept after it has ended."""

    citizen = models.ForeignKey(
        "citizens.Citizen",
        on_delete=models.PROTECT,
        related_name="restrictions",
        verbose_name=_("citizen"),
        db_index=False,
    )
    since = models.DateTimeField(_("since"), db_default=Now())
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction of a record")
        verbose_name_plural = _("restrictions of records")
        ordering = ["id"]
        indexes = [models.Index(fields=["citizen"], name="restriction_citizen")]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen"], condition=Q(until=None), name="restriction_one_in_force"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="restriction_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.since:%Y-%m-%d}"
