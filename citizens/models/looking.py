"""Looking outside of one's cases: its limits, reasons, stops, what supervisors said, break-glass."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models.person import Citizen
from organizations.models import Organization

LONGEST_REASON = 300


class LookingRule(models.Model):
    """How many people somebody may open outside of their cases; the newest version is in force.

    Each number counts different people within a sliding hour or day. Rows never change.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    ask_hour = models.PositiveSmallIntegerField(
        _("people in an hour, after whom the page asks why"), default=10
    )
    ask_day = models.PositiveSmallIntegerField(
        _("people in a day, after whom the page asks why"), default=30
    )
    wait_hour = models.PositiveSmallIntegerField(
        _("people in an hour, after whom the page waits"), default=20
    )
    wait_day = models.PositiveSmallIntegerField(
        _("people in a day, after whom the page waits"), default=50
    )
    wait_minutes = models.PositiveSmallIntegerField(
        _("minutes between two people, once the page waits"), default=5
    )
    stop_hour = models.PositiveSmallIntegerField(
        _("people in an hour, after whom it stops"), default=30
    )
    stop_day = models.PositiveSmallIntegerField(
        _("people in a day, after whom it stops"), default=80
    )
    break_glass_day = models.PositiveSmallIntegerField(
        _("people that one may open in an emergency in a day"), default=5
    )
    note = models.CharField(_("reason of the change"), max_length=LONGEST_REASON, blank=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("limits of looking")
        verbose_name_plural = _("limits of looking")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    ask_hour__gte=1,
                    ask_day__gte=F("ask_hour"),
                    wait_hour__gte=F("ask_hour"),
                    wait_day__gte=F("ask_day"),
                    stop_hour__gte=F("wait_hour"),
                    stop_day__gte=F("wait_day"),
                    wait_minutes__range=(1, 120),
                    break_glass_day__gte=1,
                ),
                name="looking_limits_in_order",
                violation_error_message=_(
                    "First the page asks why, then it waits, then it stops; a day allows no less"
                    " than an hour."
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.version)


class LookingReason(models.Model):
    """Why somebody wants to open a person outside of their cases, typed before. Append-only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("reason to look")
        verbose_name_plural = _("reasons to look")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "citizen", "at"], name="looking_reason_of")]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="looking_reason_given")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.citizen_id}"


class LookingStop(models.Model):
    """Somebody may open nobody outside of their cases, until a supervisor lifts it; kept for good."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looking_stops"
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    # People opened outside of one's cases in the hour and the day before.
    in_hour = models.PositiveIntegerField(_("people in the hour before"))
    in_day = models.PositiveIntegerField(_("people in the day before"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    lift_reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name = _("stop of looking")
        verbose_name_plural = _("stops of looking")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(lifted_at=None), name="looking_stopped_once"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None, lift_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False, lift_reason__gt=""),
                name="looking_lifted_who_when_why",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None) | ~Q(lifted_by=F("user")),
                name="looking_lifted_by_somebody_else",
                violation_error_message=_("Nobody lifts their own stop."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.at:%Y-%m-%d %H:%M}"


class LookingReview(models.Model):
    """What a supervisor said about what somebody looked at until then. Append-only."""

    class Verdict(models.TextChoices):
        FINE = "fine", _("Reviewed, all right")
        ASK = "ask", _("Asked for an explanation")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="looking_reviews"
    )
    verdict = models.CharField(_("verdict"), max_length=4, choices=Verdict)
    note = models.CharField(_("note"), max_length=LONGEST_REASON, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("review of looking")
        verbose_name_plural = _("reviews of looking")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=F("user")),
                name="looking_reviewed_by_somebody_else",
                violation_error_message=_("Nobody reviews what they looked at themselves."),
            ),
            models.CheckConstraint(
                condition=Q(verdict="fine") | Q(note__gt=""), name="looking_asked_in_words"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.verdict}"


class BreakGlass(models.Model):
    """A member of staff opened one record in an emergency, until `ends_at`. Append-only."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="broken_glass"
    )
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="broken_glass")
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON)
    at = models.DateTimeField(_("at"), db_default=Now())
    ends_at = models.DateTimeField(_("ends at"))

    class Meta:
        verbose_name = _("opening in an emergency")
        verbose_name_plural = _("openings in an emergency")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="break_glass_says_why"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("at")), name="break_glass_ends_after"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.citizen_id}"
