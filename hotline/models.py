"""Checks of callers, and messages that agents sent again."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from messaging.models import Message


class CallerCheck(models.Model):
    """An agent asked a caller who they are, with the result. Append-only.

    A passed check is also the call that follows: its id is in the address of the caller's page, and
    is valid for 30 minutes in the agent's own session. The answers are not stored.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    # Names of the facts that were asked (search.AskedFact), or "declared" for a new record.
    facts = models.JSONField(default=list)
    passed = models.BooleanField()
    # A right answer was no fact of an identity card: the phone, or a dose.
    beyond_card = models.BooleanField(default=False, db_default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("caller check")
        verbose_name_plural = _("caller checks")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["agent", "at"], name="caller_check_of_agent")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.at:%Y-%m-%d %H:%M}"


class MessageResend(models.Model):
    """An agent sent a message to a caller once more. Append-only (migration 0004)."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    call = models.ForeignKey(
        CallerCheck, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("message sent again")
        verbose_name_plural = _("messages sent again")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.at:%Y-%m-%d %H:%M}"
