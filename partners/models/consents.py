"""A citizen's consent: which app may do what with whose record, from when until when."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from partners.models.apps import PartnerApp
from vaxreg import db_time


class AppConsentQuerySet(models.QuerySet["AppConsent"]):
    def live(self) -> Self:
        """Those that count now: not ended, not run out, of an app that still may ask."""
        now = db_time.sql_now()
        return self.filter(until=None, ends_at__gt=now, app__ended_at=None)


class AppConsent(models.Model):
    """What a citizen let an app do. A new answer ends the one before; none is changed or deleted."""

    public_id = models.UUIDField(_("public ID"), default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,
    )
    app = models.ForeignKey(
        PartnerApp, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner app")
    )
    scopes = ArrayField(models.CharField(max_length=60), verbose_name=_("scopes"))
    people = models.ManyToManyField(
        Citizen, through="AppConsentPerson", related_name="+", verbose_name=_("records")
    )
    since = models.DateTimeField(_("since"), db_default=Now())
    ends_at = models.DateTimeField(_("ends at"))
    # When it was ended before that, and by whom: nobody when the next answer took its place.
    until = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
        db_index=False,
    )

    objects = AppConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to a partner app")
        verbose_name_plural = _("consents to partner apps")
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "app"], condition=Q(until=None), name="app_consent_one_stands"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("since")), name="app_consent_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.app_id}"


class AppConsentPerson(models.Model):
    """A record that a consent opens. Append-only."""

    consent = models.ForeignKey(
        AppConsent, on_delete=models.PROTECT, related_name="+", verbose_name=_("consent")
    )
    # Found by the record when something about it changes: whom is to be told.
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, related_name="+", verbose_name=_("citizen")
    )

    class Meta:
        verbose_name = _("record of a consent")
        verbose_name_plural = _("records of consents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["consent", "citizen"], name="app_consent_person_once")
        ]

    def __str__(self) -> str:
        return f"{self.consent_id} · {self.citizen_id}"
