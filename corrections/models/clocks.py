"""The clocks of a correction, with their pauses and changes."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from corrections.models.case import Correction
from corrections.models.rules import Policy
from organizations.models import Organization

# Review and appeal clocks, which set the deadline of the case.
CASE_CLOCKS = ~Q(kind="statutory")
# Deadlines that a decision kept.
KEPT_DEADLINES = Q(stopped_how="decided", stopped_at__lte=F("due_at")) & CASE_CLOCKS


class Clock(models.Model):
    """One deadline of a correction: started, due, paused and resumed, stopped.

    A review or appeal clock is copied to the correction (due_at, paused_at) while it runs. A case
    that is opened again gets a new clock; the old one stays with its breaches.
    """

    class Kind(models.TextChoices):
        REVIEW = "review", _("Review and answer")
        APPEAL = "appeal", _("Decision of the appeal")
        STATUTORY = "statutory", _("First answer under the personal-data law")

    class Stop(models.TextChoices):
        DECIDED = "decided", _("decided")
        ANSWERED = "answered", _("answered")
        WITHDRAWN = "withdrawn", _("the proposal was withdrawn")
        EXPIRED = "expired", pgettext_lazy("how a clock stopped", "question not answered")

    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, related_name="clocks", db_index=False
    )
    kind = models.CharField(max_length=12, choices=Kind)
    # Counts the clocks of one kind of one case, from 1.
    number = models.PositiveSmallIntegerField(default=1)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Elapsed time allowed; for a statutory clock, the elapsed time of its working days.
    length = models.DurationField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # How many milestones of this kind (deadlines.MILESTONES) are dealt with, and when the next is.
    milestones_passed = models.PositiveSmallIntegerField(default=0)
    next_milestone_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_how = models.CharField(max_length=12, choices=Stop, blank=True)
    # The holder of the case when the clock stopped.
    holder = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # When the decision that stopped it was overturned, or the case reopened.
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["started_at", "id"]
        indexes = [
            models.Index(
                fields=["next_milestone_at", "id"],
                condition=Q(stopped_at=None, next_milestone_at__isnull=False),
                name="clock_sweep",
            ),
            # Running clocks, for a recompute; stopped clocks are not in it.
            models.Index(fields=["id"], condition=Q(stopped_at=None), name="clock_running"),
            # Decided clocks, of the country and of single holders: for figures and case lists.
            models.Index(
                fields=["stopped_at"], condition=Q(stopped_how="decided"), name="clock_decided"
            ),
            models.Index(
                fields=["holder", "stopped_at"],
                include=["correction"],
                condition=Q(stopped_how="decided") & CASE_CLOCKS,
                name="clock_decided_at_desk",
            ),
            models.Index(fields=["due_at"], condition=KEPT_DEADLINES, name="clock_kept"),
            models.Index(
                fields=["holder", "due_at"],
                include=["correction"],
                condition=KEPT_DEADLINES,
                name="clock_kept_at_desk",
            ),
            models.Index(
                fields=["undone_at"], condition=Q(undone_at__isnull=False), name="clock_undone"
            ),
            models.Index(
                fields=["holder", "undone_at"],
                condition=Q(undone_at__isnull=False),
                name="clock_undone_at_desk",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["correction", "kind", "number"], name="clock_number_once"
            ),
            models.UniqueConstraint(
                fields=["correction"],
                condition=Q(stopped_at=None) & CASE_CLOCKS,
                name="clock_one_runs",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at=None, stopped_how="")
                | (Q(stopped_at__isnull=False, next_milestone_at=None) & ~Q(stopped_how="")),
                name="clock_stopped_when_and_how",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="clock_due_after"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} due {self.due_at:%Y-%m-%d %H:%M}"


class Pause(models.Model):
    """A period in which a clock was paused until the citizen answers."""

    class End(models.TextChoices):
        REPLY = "reply", _("the question was answered")
        CAP = "cap", _("the longest pause was over")
        MOVED_ON = "moved_on", _("it was dealt with without the answer")

    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, related_name="pauses", db_index=False
    )
    since = models.DateTimeField()
    # When it ends at the latest: the cap is then used up.
    ends_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=12, choices=End, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["since", "id"]
        indexes = [
            models.Index(fields=["ends_at", "id"], condition=Q(until=None), name="pause_open")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(until=None), name="pause_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until=None, ended_by="")
                | (Q(until__isnull=False, until__gte=F("since")) & ~Q(ended_by="")),
                name="pause_ended_when_and_how",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__lte=F("ends_at")), name="pause_within_its_cap"
            ),
            ExclusionConstraint(
                name="pause_never_overlaps",
                expressions=[
                    (
                        Func(
                            "since",
                            "until",
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("clock", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"


class ClockChange(models.Model):
    """Why the due time of a running clock was computed again. Append-only."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    old_due_at = models.DateTimeField()
    new_due_at = models.DateTimeField()
    old_policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    new_policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    why = models.TextField()

    class Meta:
        verbose_name = _("change of a clock")
        verbose_name_plural = _("changes of clocks")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.old_due_at:%Y-%m-%d %H:%M} → {self.new_due_at:%Y-%m-%d %H:%M}"
