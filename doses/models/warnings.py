"""Warnings about a dose that were read and left standing by whoever recorded it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from doses.models.doses import Dose


class WarningLeft(models.Model):
    """A warning that was shown about these facts of a dose; they were stored all the same.

    Append-only. values: days, ages and codes of vaccines, from which the sentence is made.
    """

    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, related_name="warnings_left", verbose_name=_("dose")
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    code = models.CharField(_("code"), max_length=32)
    values = models.JSONField(_("values"), default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("warning left standing")
        verbose_name_plural = _("warnings left standing")
        ordering = ["dose_id", "id"]

    def __str__(self) -> str:
        return f"{self.dose_id} · {self.code}"
