"""The figures of every organization, day by day, and its state now: kept by a job (daily_job.py).

Pages, exports, the morning e-mail and the public statistics read these rows, so their cost does
not grow with what was ever decided. Rows of a closed day are never written again.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from corrections.models.case import Kind
from organizations.models import Organization


class ReportDay(models.Model):
    """A day (Asia/Ho_Chi_Minh) whose figures are final."""

    day = models.DateField(_("day"), primary_key=True)
    # A breach that is written only after this moment counts for the day on which it was written.
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class OfPart(models.Model):
    """Whose figures a row holds: of one desk, or of an organization with all that is under it."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # What it was part of then: a report is made of the parts of that time.
    above = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    # What the organization itself held; the organization with everything under it. Both in one
    # row where nothing is under it.
    is_desk = models.BooleanField()
    is_whole = models.BooleanField()
    # Empty: corrections of all kinds.
    kind = models.CharField(max_length=16, choices=Kind, blank=True)

    class Meta:
        abstract = True


class DayFigures(OfPart):
    """What happened on one day, and what lay there at the midnight that ended it.

    All counts are of review and appeal clocks: a case that is opened again counts again.
    """

    day = models.DateField()
    # Came to a desk for the first time under its clock.
    opened = models.PositiveIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)
    # Deadlines that fell into this day: kept, and missed, each by who held the case then.
    in_time = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    # The same missed deadlines, by who gave the dose.
    missed_given = models.PositiveIntegerField(default=0)
    # Decisions that were reopened or overturned on this day, by who had taken them.
    undone = models.PositiveIntegerField(default=0)
    # At midnight; empty while the day runs.
    open = models.PositiveIntegerField(null=True, blank=True)
    overdue = models.PositiveIntegerField(null=True, blank=True)
    soon = models.PositiveIntegerField(null=True, blank=True)
    # Minutes from the start of the clock to the decision, sorted, 32 values at most (quantiles.py).
    took = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    # Minutes, exact for this day; empty when nothing was decided.
    median = models.PositiveIntegerField(null=True, blank=True)
    p90 = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("figures of a day")
        verbose_name_plural = _("figures of days")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "day", "is_desk", "is_whole"],
                name="day_figures_once",
            ),
            models.CheckConstraint(
                condition=Q(is_desk=True) | Q(is_whole=True), name="day_figures_of_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["above", "kind", "day"],
                condition=Q(is_whole=True),
                name="day_figures_of_parts",
            ),
            models.Index(fields=["day"], name="day_figures_day"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day:%Y-%m-%d} {self.kind}"


class CurrentFigures(OfPart):
    """What is open now, as of the last pass (Heartbeat "figures"): for levels above the district."""

    open = models.PositiveIntegerField()
    soon = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()
    late_a_day = models.PositiveIntegerField()
    late_three_days = models.PositiveIntegerField()
    late_longer = models.PositiveIntegerField()
    oldest_due = models.DateTimeField(null=True, blank=True)
    oldest_received = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("current figures of an organization")
        verbose_name_plural = _("current figures of organizations")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "is_desk", "is_whole"], name="current_figures_once"
            ),
            models.CheckConstraint(
                condition=Q(is_desk=True) | Q(is_whole=True), name="current_figures_of_something"
            ),
        ]
        indexes = [
            models.Index(
                fields=["above", "kind"],
                condition=Q(is_whole=True),
                name="current_figures_of_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind}"
