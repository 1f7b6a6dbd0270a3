"""Which answers were printed as a letter, for people without a phone; files of reports."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from corrections.models import CorrectionEvent
from counter.reports.models import ReportFile, ReportPart, ReportRow
from organizations.models import Organization

__all__ = ["PrintedLetter", "ReportFile", "ReportPart", "ReportRow"]


class PrintedLetter(models.Model):
    """The answer in this event was printed, to be handed over or posted. Append-only."""

    event = models.ForeignKey(CorrectionEvent, on_delete=models.PROTECT, related_name="letters")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("printed letter")
        verbose_name_plural = _("printed letters")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.event_id} {self.at:%Y-%m-%d %H:%M}"
