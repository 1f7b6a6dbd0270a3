"""Checks of callers, what agents sent again or read out, and people who asked to be called back."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
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


class SpokenCode(models.Model):
    """An agent read out a one-time code to a caller. Append-only (migration 0006); never the code."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # It says for whose record the caller was asked.
    call = models.ForeignKey(
        CallerCheck, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The account that it opens.
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("code read out")
        verbose_name_plural = _("codes read out")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.at:%Y-%m-%d %H:%M}"


class BestTime(models.TextChoices):
    """When somebody wants to be called back."""

    ANY = "any", _("At any time")
    MORNING = "morning", _("In the morning")
    AFTERNOON = "afternoon", _("In the afternoon")
    EVENING = "evening", _("In the evening")


class CallbackRequest(models.Model):
    """Somebody asked the hotline to call them back, on a public page or during a call.

    Agents claim one before they call, so that nobody is called twice. The number is forgotten 30
    days after it was asked for.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # E.164; "" once it is forgotten.
    phone = models.CharField(max_length=16, blank=True)
    best_time = models.CharField(max_length=10, choices=BestTime, default=BestTime.ANY)
    # The record of the call in which an agent noted it, and the agent; NULL from the public page.
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    asked_at = models.DateTimeField()
    # Not to be called before: the moment it was asked for, or that of the next try.
    not_before = models.DateTimeField()
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("request to be called back")
        verbose_name_plural = _("requests to be called back")
        ordering = ["not_before", "id"]
        indexes = [
            models.Index(
                fields=["not_before", "id"], condition=Q(closed_at=None), name="callback_open"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["phone"], condition=Q(closed_at=None), name="callback_open_once"
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_at=None)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="callback_claimed_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, phone__gt="") | Q(closed_at__isnull=False),
                name="callback_open_has_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.asked_at:%Y-%m-%d %H:%M}"


class CallbackTry(models.Model):
    """What came of one call to somebody who asked for it. Append-only (migration 0005)."""

    class Result(models.TextChoices):
        REACHED = "reached", _("Reached")
        AGAIN = "again", _("Not reached, will be tried again")
        NOT_REACHED = "not_reached", _("Not reached, not tried again")

    request = models.ForeignKey(CallbackRequest, on_delete=models.PROTECT, related_name="tries")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    result = models.CharField(max_length=12, choices=Result)
    again_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("try to call back")
        verbose_name_plural = _("tries to call back")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="again", again_at__isnull=False)
                | (~Q(result="again") & Q(again_at=None)),
                name="callback_try_again_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.at:%Y-%m-%d %H:%M}"
