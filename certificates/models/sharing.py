"""Links by which somebody shows a certificate to others for a set time, and each opening of them."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from certificates.models.certificates import Certificate


class ShareQuerySet(models.QuerySet["Share"]):
    def live(self, now: datetime) -> Self:
        """Those that open: their time has not come, and nobody has ended them."""
        return self.filter(ended_at=None, expires_at__gt=now)


class Share(models.Model):
    """A link to one certificate, whatever becomes of it; of its token the hash alone. Never deleted.

    It is ended once (migration 0004); its certificate and its time never change.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    certificate = models.ForeignKey(
        Certificate,
        on_delete=models.PROTECT,
        related_name="shares",
        verbose_name=_("certificate"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
        db_index=False,
    )
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
        db_index=False,
    )

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared link")
        verbose_name_plural = _("shared links")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="share_expires_after_it_is_made"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="share_is_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class ShareOpening(models.Model):
    """When somebody opened a shared link: nothing else is known of them. Append-only."""

    share = models.ForeignKey(
        Share, on_delete=models.PROTECT, related_name="openings", verbose_name=_("shared link")
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("opening of a shared link")
        verbose_name_plural = _("openings of shared links")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.share_id} · {self.at:%Y-%m-%d %H:%M}"
