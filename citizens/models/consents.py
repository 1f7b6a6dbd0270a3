"""Agreements of adults that a relative may open their record: asked for, and given."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models.checks import IdentityCheck
from citizens.models.links import RecordLink
from citizens.models.person import Citizen
from organizations.models import Organization


class ConsentRequest(models.Model):
    """A user asks to open the record of an adult relative. It opens nothing.

    Without `citizen` no record fits what was typed: its page is the same, and no code is right.
    """

    class Outcome(models.TextChoices):
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        REPLACED = "replaced", _("Asked again")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="consent_requests",
        verbose_name=_("user"),
    )
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consent_requests",
        verbose_name=_("citizen"),
    )
    # As it was typed, so that its user tells several requests apart.
    said_name = models.CharField(_("name as it was typed"), max_length=120)
    # The last day on which the relative is to open the record.
    last_day = models.DateField(_("last day"))
    # Whether a phone was named that is not the asker's own; the page of the request says so.
    by_code = models.BooleanField(_("by a code"))
    # "" when no code was sent: the phone on record is the asker's own, or none was named.
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0)
    asked_at = models.DateTimeField(_("asked for at"), db_default=Now())
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, blank=True)

    class Meta:
        verbose_name = _("request for an agreement")
        verbose_name_plural = _("requests for an agreement")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="consent_request_closed_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Consent(models.Model):
    """An adult agreed to a link: by a code, in their account, or at a counter. Append-only."""

    class Way(models.TextChoices):
        CODE = "code", _("By a code to the phone on the record")
        ACCOUNT = "account", _("In the person’s own account")
        COUNTER = "counter", _("At the counter")

    link = models.OneToOneField(
        RecordLink, on_delete=models.PROTECT, related_name="consent", verbose_name=_("record link")
    )
    way = models.CharField(_("way"), max_length=8, choices=Way)
    # Who typed the code, who agreed in their account, or the member of staff at the counter.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    # At the counter: which paper of the adult was seen, and where.
    paper = models.CharField(
        _("identity paper"), max_length=20, choices=IdentityCheck.Paper, blank=True
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
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(way="counter", by_organization__isnull=False) & ~Q(paper=""))
                | (~Q(way="counter") & Q(by_organization=None, paper="")),
                name="consent_at_the_counter_names_paper_and_place",
                violation_error_message=_("Say which paper was seen, and where."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} · {self.way}"
