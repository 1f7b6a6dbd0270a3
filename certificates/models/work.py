"""Beside certificates: for whom some are wanted, walks after a new key, and the list of what ended."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from certificates.models.keys import SigningKey
from citizens.models import Citizen


class Wanted(models.Model):
    """A person whose doses shall have certificates; gone when they have."""

    citizen = models.OneToOneField(
        Citizen,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="+",
        verbose_name=_("citizen"),
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("person whose certificates are wanted")
        verbose_name_plural = _("people whose certificates are wanted")
        indexes = [models.Index(fields=["at"], name="certificate_wanted")]

    def __str__(self) -> str:
        return str(self.citizen_id)


class ResigningRun(models.Model):
    """A walk over all certificates that count, which signs them by a new key of the centre."""

    key = models.ForeignKey(
        SigningKey,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("key of the centre"),
        db_index=False,
    )
    began_at = models.DateTimeField(_("began at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Certificates when it began, those passed so far, and the id of the last of them.
    total = models.PositiveIntegerField(_("certificates"))
    passed = models.PositiveIntegerField(_("passed"), default=0, db_default=0)
    last = models.BigIntegerField(_("last one passed"), default=0, db_default=0)

    class Meta:
        verbose_name = _("signing by a new key")
        verbose_name_plural = _("signings by new keys")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.key_id}: {self.passed} / {self.total}"


class SignedList(models.Model):
    """The newest signed list of what counts no more (revocations.py); older ones are deleted."""

    made_at = models.DateTimeField(_("made at"))
    jws = models.TextField(_("signed list"))

    class Meta:
        verbose_name = _("signed list")
        verbose_name_plural = _("signed lists")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.made_at.isoformat()
