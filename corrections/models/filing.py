"""Drafts and filings: what a citizen is typing, and what was sent with one press."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from vaxreg import ui
from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED


class FilingChannel(models.TextChoices):
    """Through which channel a filing came in."""

    WEB = "web", _("Web page")
    API = "api", _("Partner app")
    HOTLINE = "hotline", _("Hotline")
    COUNTER = "counter", _("At the counter")
    LETTER = "letter", _("By letter")
    CALL = "call", _("Call to an office")
    MESSAGE = "message", _("Message to an office")


# The person filed by themselves, signed in; everything else was written down for them.
OWN_CHANNELS = (FilingChannel.WEB, FilingChannel.API)
# By a site or a health office, which the row names.
OFFICE_CHANNELS = (
    FilingChannel.COUNTER,
    FilingChannel.LETTER,
    FilingChannel.CALL,
    FilingChannel.MESSAGE,
)


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
    # For a filing that an office wrote down: when the person told it (the deadline counts from
    # received_at), and the phone number to write to. The hotline always has one; somebody at the
    # counter may have no phone, and reads the answer in a letter.
    told_at = models.DateTimeField(null=True, blank=True)
    contact_phone = models.CharField(max_length=16, blank=True)
    # The site or health office that wrote it down; none for the hotline and for the person's own.
    office = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        indexes = [
            # What an office has to answer by letter.
            models.Index(
                fields=["office", "received_at"],
                name="filing_to_answer_by_letter",
                condition=Q(office__isnull=False, contact_phone=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["filed_by", "key"], name="filing_key_once"),
            models.CheckConstraint(
                condition=Q(told_at=None) | Q(told_at__lte=F("received_at")),
                name="filing_told_before_it_was_recorded",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=OWN_CHANNELS, told_at=None, contact_phone="", office=None)
                | (Q(channel="hotline", told_at__isnull=False, office=None) & ~Q(contact_phone=""))
                | Q(channel__in=OFFICE_CHANNELS, told_at__isnull=False, office__isnull=False),
                name="filing_on_behalf_says_when_and_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_on_behalf(self) -> bool:
        """An office wrote it down for the person: whoever filed it is not whom to answer."""
        return self.told_at is not None

    @property
    def told_shown(self) -> str:
        """When the person told it, in words; a day alone where the office noted no time."""
        return ui.told(self.told_at) if self.told_at else ""

    @property
    def answer_phone(self) -> str:
        """The phone number (E.164) to which answers go; "" when there is none."""
        return self.contact_phone if self.is_on_behalf else self.filed_by.phone or ""

    @property
    def answer_language(self) -> str:
        """The language of answers: the filer's own, and Vietnamese when an office filed it."""
        return "vi" if self.is_on_behalf else str(self.filed_by.language)
