"""The public half of each signing key, kept for good: what it signed is checked by it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a key signs."""

    SITE = "site", _("Statements, for the vaccination sites")
    CENTRE = "centre", _("Certificates, for the Ministry")
    LISTS = "lists", _("Lists of what counts no more")


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    def trusted(self) -> Self:
        """Keys whose signatures count: also those that sign no more."""
        return self.filter(withdrawn_at=None)

    def signing(self, role: Role, now: datetime) -> Self:
        """Keys that may sign now, the newest first."""
        usable = self.trusted().filter(role=role, retired_at=None, not_after__gt=now)
        return usable.filter(not_before__lte=now).order_by("-not_before", "-pk")


class SigningKey(models.Model):
    """A key that signs or has signed. Never deleted; private halves are never in the database.

    retired: it signs nothing new. withdrawn: it may be in wrong hands, and nothing by it counts.
    """

    role = models.CharField(_("role"), max_length=8, choices=Role)
    # The first 8 bytes of SHA-256 of the certificate (hcert-spec, section 2.6).
    kid = models.BinaryField(_("key id"), max_length=8)
    # X.509 in DER.
    certificate = models.BinaryField(_("certificate"))
    not_before = models.DateTimeField(_("valid from"))
    not_after = models.DateTimeField(_("valid until"))
    registered_at = models.DateTimeField(_("registered at"), db_default=Now())
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["pk"]
        constraints = [
            # Two certificates may share eight bytes; the same one may not stand twice.
            models.UniqueConstraint(fields=["certificate"], name="signing_key_once"),
            models.CheckConstraint(
                condition=Q(not_after__gt=F("not_before")), name="signing_key_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {bytes(self.kid).hex()}"
