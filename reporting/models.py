"""The figures of every organization: by day, and of the state now. Written by daily_job.py.

Pages, exports, the morning e-mail and the public statistics read these rows: so their cost does not
grow with the number of decided cases. Rows of a closed day are never written again.
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
    # A breach that is written after this moment counts for the day on which it was written.
    closed_at = models.DateTimeField(_("closed at"))

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


class FiguresOwner(models.Model):
    """Whose figures a row has: of one organization alone, or with all below it."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The organization above it at that time: a report is built from the tree of that time.
    above = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
    )
    # is_desk: the cases of the organization itself. is_whole: with all organizations below it. One
    # row has both where no organization is below it.
    is_desk = models.BooleanField()
    is_whole = models.BooleanField()
    # Empty: corrections of all kinds.
    kind = models.CharField(max_length=16, choices=Kind, blank=True)

    class Meta:
        abstract = True


class DayFigures(FiguresOwner):
    """Events of one day, and the open cases at the midnight that ended it.

    All counts are of review and appeal clocks: a case that is opened again counts again.
    """

    day = models.DateField()
    # Cases that came to their first holder under a clock.
    opened = models.PositiveIntegerField(default=0)
    decided = models.PositiveIntegerField(default=0)
    # Deadlines due on this day that were kept or missed, by the holder of that moment.
    in_time = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    # The same missed deadlines, by the organization that gave the dose.
    missed_given = models.PositiveIntegerField(default=0)
    # Decisions reopened or overturned on this day, by the organization that had decided.
    undone = models.PositiveIntegerField(default=0)
    # At midnight; NULL while the day is not over.
    open = models.PositiveIntegerField(null=True, blank=True)
    overdue = models.PositiveIntegerField(null=True, blank=True)
    soon = models.PositiveIntegerField(null=True, blank=True)
    # Minutes from the start of the clock to the decision, sorted, at most 32 values (quantiles.py).
    took = ArrayField(models.PositiveIntegerField(), default=list, blank=True)
    # Minutes, exact for this day; NULL when nothing was decided.
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


class CurrentFigures(FiguresOwner):
    """Open cases as of the last pass (Heartbeat "figures"), for levels above the district."""

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
