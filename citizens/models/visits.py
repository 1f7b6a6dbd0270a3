"""Who opened the record of a citizen, and why."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models.person import Citizen
from organizations.models import Organization


class RecordVisit(models.Model):
    """A user opened a citizen's record. Append-only (migration 0002); the citizen can see it."""

    class Why(models.TextChoices):
        OWN = "own", _("Own record")
        GUARDIAN = "guardian", _("Guardian")
        RELATIVE = "relative", _("Family member who was agreed to")
        REVIEW = "review", _("Review of a proposal")
        OVERSIGHT = "oversight", _("Oversight")
        HOTLINE = "hotline", _("Hotline")
        PARTNER = "partner", _("Partner system")
        LIST = "list", _("Seen in a list")
        CALL = "call", _("Phone number seen, to call")
        RECORDING = "recording", _("Recording of a dose")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="record_visits",
        verbose_name=_("user"),
    )
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="visits",
        verbose_name=_("citizen"),
        db_index=False,
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organization"),
        db_index=False,
    )
    why = models.CharField(_("why"), max_length=16, choices=Why)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("visit of a record")
        verbose_name_plural = _("visits of records")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["citizen", "at"], name="record_visit_citizen_at")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.why} · {self.citizen_id}"
