"""What people are told: one row per message, with what became of it."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """The ways a message can travel."""

    CONSOLE = "console", _("console")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")


class State(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed, will be tried again")
    GIVEN_UP = "given_up", _("given up")


OPEN_STATES = (State.WAITING, State.FAILED)


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about many messages."""

    def due(self) -> "MessageQuerySet":
        """Messages to be sent now and not claimed by anybody, by the clock of the database."""
        return self.filter(
            Q(claimed_until=None) | Q(claimed_until__lte=Now()),
            state__in=OPEN_STATES,
            next_try_at__lte=Now(),
        )


class Message(models.Model):
    """One message to one recipient. Written by `messaging.actions.send` only."""

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(_("purpose"), max_length=60)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    recipient = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
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
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    # NULL for messages that may repeat; the unique index ignores those.
    dedupe_key = models.CharField(
        _("de-duplication key"), max_length=200, null=True, blank=True, unique=True
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    next_try_at = models.DateTimeField(_("next try at"), db_default=Now())
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    useless_after = models.DateTimeField(_("useless after"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects: ClassVar[models.Manager["Message"]] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_at_iff_sent",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="message_channel_known"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state_known"),
        ]
        indexes = [
            models.Index(
                F("next_try_at"),
                F("id"),
                condition=Q(state__in=OPEN_STATES),
                name="message_open",
            ),
            models.Index(F("user"), F("id").desc(), name="message_user"),
            models.Index(F("created_at"), condition=Q(is_secret=True), name="message_secret_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether somebody must still try to send it."""
        return self.state in OPEN_STATES

    def is_useless(self, now: datetime) -> bool:
        """Whether the message would only mislead by now: a code that has expired."""
        return self.useless_after is not None and self.useless_after <= now
