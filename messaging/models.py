"""Messages: one row per message, with its delivery state."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from messaging import sms
from messaging.operators import Operator
from vaxreg import db_time
from vaxreg.encryption import BlindIndexField, EncryptedTextField, blind_indexes


class Channel(models.TextChoices):
    """How a message is sent."""

    CONSOLE = "console", _("console")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    CALL = "call", _("phone call")
    # For accounts without a phone number, which VNeID makes; see `send_to_citizen`.
    INBOX = "inbox", _("inbox on the site")


class State(models.TextChoices):
    """The delivery state of a message."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed, will be tried again")
    GIVEN_UP = "given_up", _("given up")


OPEN_STATES = (State.WAITING, State.FAILED)
GONE_STATES = (State.SENT, State.DELIVERED)


class SmsForm(models.TextChoices):
    """Whether an SMS is sent with or without diacritics."""

    PLAIN = "plain", _("without diacritics")
    FULL = "full", _("with diacritics")


class MessageQuerySet(models.QuerySet["Message"]):
    """Filters for messages."""

    def due(self) -> "MessageQuerySet":
        """Messages to be sent now that nobody has claimed, by the database's time."""
        now = db_time.sql_now()
        return self.filter(
            Q(claimed_until=None) | Q(claimed_until__lte=now),
            state__in=OPEN_STATES,
            digest="",
            carried_by=None,
            next_try_at__lte=now,
        )

    def to(self, recipient: str) -> "MessageQuerySet":
        """Messages to this phone number (E.164) or e-mail address."""
        return self.filter(
            recipient_hash__in=blind_indexes("messaging.message.recipient", recipient)
        )

    def inbox_of(self, user_id: int) -> "MessageQuerySet":
        """Messages in this person's inbox on the site, newest first, without copies."""
        return self.filter(user_id=user_id, in_inbox=True, resent_from=None).order_by("-pk")

    def unconfirmed(self) -> "MessageQuerySet":
        """Messages that were sent and whose delivery the gateway has not confirmed in time."""
        return self.filter(state=State.SENT, confirm_by__lte=db_time.sql_now())


class Message(models.Model):
    """One message to one recipient. Only messaging/actions.py and delivery write it.

    By rule the text has no personal data (a reference and a link); the recipient is encrypted.
    """

    # Identifies the message to the gateway; a retry has the same key, a copy its own.
    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=60)
    template = models.CharField(_("template"), max_length=80)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    recipient = EncryptedTextField(_("recipient"))
    recipient_hash = BlindIndexField(_("blind index of the recipient"), of="recipient")
    # Who carries it, by the number; empty for an e-mail.
    operator = models.CharField(
        _("operator"), max_length=12, choices=Operator.choices, blank=True, db_default=""
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    language = models.CharField(_("language"), max_length=8, default="vi")
    # The same text by language code, for a reader of the inbox who has another language now.
    other_languages = models.JSONField(_("text in other languages"), default=dict, db_default={})
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("user"),
    )
    # Secrets (one-time codes) are wiped from the row once it is delivered or given up.
    is_secret = models.BooleanField(_("secret"), default=False)
    sms_form = models.CharField(
        _("form of the SMS"), max_length=5, choices=SmsForm.choices, blank=True
    )
    segments = models.PositiveSmallIntegerField(_("parts of the SMS"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    # NULL for messages that may repeat; the unique index ignores NULL.
    dedupe_key = models.CharField(
        _("de-duplication key"), max_length=200, null=True, blank=True, unique=True
    )
    # Not sent in quiet hours: see messaging/quiet_hours.py.
    may_wait = models.BooleanField(_("may wait for the morning"), default=False)
    # Messages with the same digest to one person wait for each other; then it is emptied.
    digest = models.CharField(_("digest"), max_length=60, blank=True)
    carried_by = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="carries",
        verbose_name=_("carried by"),
    )
    # The original message, for a copy.
    resent_from = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="resends",
        verbose_name=_("resent from"),
    )
    in_inbox = models.BooleanField(_("in the inbox on the site"), default=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    next_try_at = models.DateTimeField(_("next try at"), db_default=Now())
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    useless_after = models.DateTimeField(_("useless after"), null=True, blank=True)
    # When a gateway or mail server first accepted it; a later failure does not change it.
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # When to ask the gateway for a receipt, and until when it should have sent one.
    ask_at = models.DateTimeField(_("ask for a receipt at"), null=True, blank=True)
    confirm_by = models.DateTimeField(_("receipt expected by"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    resent_at = models.DateTimeField(_("resent at"), null=True, blank=True)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects: ClassVar[models.Manager["Message"]] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=GONE_STATES, sent_at__isnull=False)
                | (~Q(state__in=GONE_STATES) & Q(sent_at__isnull=True)),
                name="message_sent_at_iff_sent",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=State.DELIVERED) & Q(delivered_at__isnull=True)),
                name="message_delivered_at_iff_delivered",
            ),
            models.CheckConstraint(
                condition=Q(state=State.GIVEN_UP, given_up_at__isnull=False)
                | (~Q(state=State.GIVEN_UP) & Q(given_up_at__isnull=True)),
                name="message_given_up_at_iff_given_up",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="message_channel_known"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(digest="") | Q(channel=Channel.EMAIL), name="message_digest_is_email"
            ),
        ]
        indexes = [
            models.Index(
                F("next_try_at"),
                F("id"),
                condition=Q(state__in=OPEN_STATES, digest="", carried_by=None),
                name="message_due",
            ),
            models.Index(
                F("digest"),
                F("recipient_hash"),
                F("id"),
                condition=~Q(digest="") & Q(state__in=OPEN_STATES),
                name="message_bundle",
            ),
            models.Index(F("recipient_hash"), F("id").desc(), name="message_recipient"),
            models.Index(
                F("user"),
                F("id").desc(),
                condition=Q(in_inbox=True, resent_from=None),
                name="message_inbox",
            ),
            models.Index(
                F("ask_at"), condition=Q(ask_at__isnull=False), name="message_receipt_asked"
            ),
            models.Index(
                F("given_up_at"), condition=Q(state=State.GIVEN_UP), name="message_given_up"
            ),
            models.Index(F("confirm_by"), condition=Q(state=State.SENT), name="message_confirm_by"),
            models.Index(F("created_at"), condition=Q(is_secret=True), name="message_secret_age"),
            models.Index(
                fields=["created_at"],
                condition=~Q(operator=""),
                include=["operator", "state", "is_secret"],
                name="message_by_operator",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"

    @property
    def text_shown(self) -> str:
        """The text in the reader's language; as it was sent when there is none."""
        return str(self.other_languages.get(get_language() or "", self.text))

    @property
    def language_shown(self) -> str:
        """The language of `text_shown`."""
        reader = get_language() or ""
        return reader if reader in self.other_languages else self.language

    @property
    def sms_text(self) -> str:
        """The text of the SMS, with or without diacritics as decided when it was written."""
        return self.text if self.sms_form == SmsForm.FULL else sms.plain(self.text)

    def is_useless(self, now: datetime) -> bool:
        """Whether sending it now would mislead, such as a code that has expired."""
        return self.useless_after is not None and self.useless_after <= now

    def is_unconfirmed(self, now: datetime) -> bool:
        """Whether it was sent and no receipt came in time."""
        return self.state == State.SENT and self.confirm_by is not None and self.confirm_by <= now


class Refusal(models.Model):
    """A person refuses messages of one purpose (preferences.py), until they want them again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="refusals",
        verbose_name=_("user"),
        # The unique index begins with this column.
        db_index=False,
    )
    purpose = models.CharField(_("purpose"), max_length=60)
    since = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose"], name="refusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose}"
