"""Which certificates sites printed, for people who have no phone to show them on."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from certificates.models.certificates import Certificate
from organizations.models import Organization


class CertificatePrint(models.Model):
    """A site printed a certificate for its person. Append-only; the person can see it."""

    class Form(models.TextChoices):
        """On what it was printed."""

        A4 = "a4", _("A4 sheet")
        WALLET = "wallet", _("Card for the wallet")

    certificate = models.ForeignKey(
        Certificate,
        on_delete=models.PROTECT,
        related_name="prints",
        verbose_name=_("certificate"),
    )
    form = models.CharField(_("form"), max_length=8, choices=Form)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organization"),
        db_index=False,
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("printed by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("print of a certificate")
        verbose_name_plural = _("prints of certificates")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.certificate_id} · {self.form} {self.at:%Y-%m-%d %H:%M}"
