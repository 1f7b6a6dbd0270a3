"""Comparisons of a citizen's facts with an identity paper."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models.documents import IdentityDocument
from citizens.models.person import Citizen
from organizations.models import Organization


class IdentityCheck(models.Model):
    """A comparison of a citizen's facts with an identity paper. Append-only (migration 0004).

    It replaces the answer of the population database, which is only match or no match, so this
    row says no more. The number of the paper is not stored.
    """

    class Paper(models.TextChoices):
        CCCD = "cccd", _("Citizen identity card (căn cước)")
        CMND = "cmnd", _("Old identity card (CMND)")
        PASSPORT = "passport", _("Passport")
        BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate")

    class Verdict(models.TextChoices):
        MATCH = "match", _("The paper says so")
        NO_MATCH = "no_match", _("The paper says otherwise")

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="identity_checks",
        verbose_name=_("citizen"),
    )
    correction_reference = models.CharField(_("correction"), max_length=16, blank=True)
    paper = models.CharField(_("identity paper"), max_length=20, choices=Paper)
    # The document that was proven by this paper, beside the number on the record.
    document = models.ForeignKey(
        IdentityDocument,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="checks",
        verbose_name=_("document"),
        db_index=False,
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    by_organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by organization"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        ordering = ["at", "id"]
        indexes = [
            models.Index(
                fields=["document"],
                condition=models.Q(document__isnull=False),
                name="identity_check_document",
            )
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.paper} · {self.verdict}"
