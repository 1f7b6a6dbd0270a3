"""Where a partner app is told of changes, what it is told of, and how far each delivery has come."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from partners.models.apps import PartnerApp
from vaxreg import db_time
from vaxreg.encryption import EncryptedTextField, is_encrypted

LONGEST_URL = 500
LONGEST_REASON = 500


class EventType(models.TextChoices):
    """What an app can be told of."""

    CORRECTION = "correction.changed", _("A case was made, or has another status or holder")
    DOSE = "dose.changed", _("A dose was recorded or changed")
    CERTIFICATE = "certificate.ended", _("A certificate was replaced or revoked")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def standing(self) -> Self:
        """Those that no other one has replaced, of apps that still may ask; switched off or not."""
        return self.filter(until=None, app__ended_at=None)

    def on(self) -> Self:
        """Those to which something is sent."""
        return self.standing().filter(switched_off_at=None)


class Endpoint(models.Model):
    """The address of an app that is told of changes. Another one replaces it; none is deleted."""

    app = models.ForeignKey(
        PartnerApp, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner app")
    )
    url = models.CharField(_("address"), max_length=LONGEST_URL)
    events = ArrayField(
        models.CharField(max_length=40, choices=EventType), verbose_name=_("events wanted")
    )
    # As text that begins with "whsec_". While it is rotated, the old one signs too.
    secret = EncryptedTextField[str, str](_("secret"))
    old_secret = EncryptedTextField[str | None, str | None](_("secret before"), null=True)
    old_secret_until = models.DateTimeField(_("secret before counts until"), null=True)
    since = models.DateTimeField(_("since"), db_default=Now())
    until = models.DateTimeField(_("until"), null=True)
    switched_off_at = models.DateTimeField(_("switched off at"), null=True)
    last_accepted_at = models.DateTimeField(_("last accepted at"), null=True)
    # Since when every try fails; nothing since one was accepted.
    failing_since = models.DateTimeField(_("failing since"), null=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    # Nothing is sent before: a worker is at it, or it failed and is left alone.
    rests_until = models.DateTimeField(_("rests until"), db_default=Now())

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook address")
        verbose_name_plural = _("webhook addresses")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["app"], condition=Q(until=None), name="endpoint_one_stands"
            ),
            models.CheckConstraint(
                condition=is_encrypted("secret")
                & (Q(old_secret__isnull=True) | is_encrypted("old_secret")),
                name="endpoint_secrets_encrypted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.app_id} · {self.url}"


class EndpointSwitch(models.Model):
    """When and why nothing was sent to an address any more, or was again. Append-only."""

    class Why(models.TextChoices):
        GONE = "gone", _("It answered that it is gone for good (410)")
        FAILING = "failing", _("Every try had failed for three days")
        STAFF = "staff", _("By the ministry")
        OPERATORS = "operators", _("By the operators of the app")

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="+", verbose_name=_("webhook address")
    )
    is_on = models.BooleanField(_("on"))
    why = models.CharField(_("why"), max_length=10, choices=Why)
    # Words of the one at the ministry who did it.
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("switch of a webhook address")
        verbose_name_plural = _("switches of webhook addresses")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.endpoint_id} · {self.why}"


class Event(models.Model):
    """Something changed, about somebody, that some app wants to know. It says nothing about what.

    Added and after 30 days deleted, never changed.
    """

    class Kind(models.TextChoices):
        """What changed; its app has an address for it."""

        CORRECTION = "correction", _("case")
        DOSE = "dose", _("dose")
        # Doses of many people were written at once: which ones stands on their records.
        RECORD = "record", _("record")
        CERTIFICATE = "certificate", _("certificate")

    public_id = models.UUIDField(_("public ID"), default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(_("type"), max_length=40, choices=EventType)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    # Its public id, or the reference of a case.
    key = models.CharField(_("key"), max_length=40)
    # No index: rows are found by their deliveries, and go after 30 days.
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("citizen"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event for partner apps")
        verbose_name_plural = _("events for partner apps")
        ordering = ["pk"]
        indexes = [models.Index(fields=["at"], name="event_for_partners_at")]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """Those to be sent now, if their address is on and rests no more."""
        return self.filter(state=Delivery.State.WAITING, next_try_at__lte=db_time.sql_now())


class Delivery(models.Model):
    """One event on its way to one address."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        DEAD = "dead", _("given up")

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.PROTECT, related_name="+", verbose_name=_("webhook address")
    )
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="+", verbose_name=_("event")
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, db_default=State.WAITING
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, db_default=0)
    next_try_at = models.DateTimeField(_("next try at"))
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True)
    error = models.CharField(_("error"), max_length=100, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery to a partner app")
        verbose_name_plural = _("deliveries to partner apps")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(state="delivered", delivered_at__isnull=False),
                name="delivery_delivered_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_try_at"],
                condition=Q(state="waiting"),
                name="delivery_waiting",
            ),
            models.Index(fields=["endpoint"], condition=Q(state="dead"), name="delivery_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.endpoint_id}"
