"""Drafts and filings: what a citizen is typing, and what was sent with one press."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED


class FilingChannel(models.TextChoices):
    """Through which channel a filing came in."""

    WEB = "web", _("Web page")
    API = "api", _("Partner app")
    HOTLINE = "hotline", _("Hotline")


class Draft(models.Model):
    """What a citizen has typed so far; kept when they leave, change device or lose the connection.

    Its key becomes the key of the filing, so that a draft can be filed only once.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="+")
    data = SealedJSONField(sealed=SEALED, default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "citizen"], name="draft_one_per_record")
        ]

    def __str__(self) -> str:
        return str(self.key)


class Filing(models.Model):
    """One act of filing: what a citizen sent with one press of the button.

    Each disputed dose becomes a correction; photos and words belong to all of them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The idempotency key: a second press, a retry or a replay finds the first filing.
    key = models.CharField(max_length=64)
    # SHA-256 of the content sent with the key; other content under the same key is an error.
    content_hash = models.CharField(max_length=64)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="filings"
    )
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="filings")
    channel = models.CharField(max_length=8, choices=FilingChannel)
    words = models.TextField(blank=True)
    # "I no longer have the paper" was ticked: the reviewer searches the site's own papers.
    has_no_paper = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    # For a filing by the hotline: when the caller told it (the deadline counts from received_at),
    # and the phone number to write to.
    told_at = models.DateTimeField(null=True, blank=True)
    contact_phone = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filed_by", "key"], name="filing_key_once"),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(told_at__lte=F("received_at")),
                name="filing_told_before_it_was_recorded",
            ),
            models.CheckConstraint(
                condition=(Q(channel="hotline", told_at__isnull=False) & ~Q(contact_phone=""))
                | (~Q(channel="hotline") & Q(told_at=None, contact_phone="")),
                name="filing_on_behalf_says_when_and_for_whom",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
