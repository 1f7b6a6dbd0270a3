"""Partners: systems of an organization that record its doses here, and which doses they made."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from doses.models import Dose
from organizations.models import Organization
from vaxreg import db_time


class PartnerQuerySet(models.QuerySet["Partner"]):
    def live(self) -> Self:
        """Those that may record now: begun, not ended, of an organization that is open."""
        now = db_time.sql_now()
        return self.filter(
            Q(until=None) | Q(until__gt=now), since__lte=now, organization__closed_on=None
        )


class Partner(models.Model):
    """The account of a system that records the doses of an organization. Ended, never deleted.

    It is no membership: such an account reviews nothing, and a site with nothing else still has
    nobody who can receive a case.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("organization")
    )
    since = models.DateTimeField(_("since"), db_default=Now())
    until = models.DateTimeField(_("until"), null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner system")
        verbose_name_plural = _("partner systems")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(until=None), name="partner_one_for_each_account"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="partner_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.organization_id}"


class PartnerDose(models.Model):
    """A dose that a partner made, with the identifier that it has in the partner's own system.

    Append-only. The organization owns it, whichever of its systems made it.
    """

    dose = models.OneToOneField(
        Dose, on_delete=models.PROTECT, related_name="+", verbose_name=_("dose")
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organization"),
        db_index=False,
    )
    # As in FHIR: who gives such identifiers, and the identifier. Both empty when none was sent.
    system = models.CharField(_("system"), max_length=200, blank=True)
    value = models.CharField(_("identifier"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("dose made by a partner")
        verbose_name_plural = _("doses made by partners")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "system", "value"],
                condition=~Q(value=""),
                name="partner_dose_identifier_once",
                violation_error_code="on_record",
                violation_error_message=_("This identifier is used for another dose already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} · {self.dose_id}"
