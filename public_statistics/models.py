"""Published statistics: months of proposals and days of coverage, never changed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PublishedFigures(models.Model):
    """A row of one month's public statistics. A trigger refuses UPDATE and DELETE.

    NULL is a figure that is not published (public_statistics/disclosure.py); it is stored nowhere
    in this table.
    """

    class Part(models.TextChoices):
        COUNTRY = "country", _("Whole country")
        PROVINCE = "province", _("Province")
        NATIONAL_DESKS = "national_desks", _("National level")

    # The first day of the month.
    month = models.DateField(_("month"))
    part = models.CharField(_("part"), max_length=16, choices=Part)
    # The code of the province at that time; empty for the other parts.
    area_code = models.CharField(_("area code"), max_length=8, blank=True)
    area_name = models.CharField(_("area name"), max_length=80, blank=True)
    received = models.PositiveIntegerField(_("received"), null=True, blank=True)
    decided = models.PositiveIntegerField(_("decided"), null=True, blank=True)
    # Deadlines that were due in the month.
    in_time = models.PositiveIntegerField(_("answered in time"), null=True, blank=True)
    missed = models.PositiveIntegerField(_("deadline missed"), null=True, blank=True)
    # Hours from the start of the clock to the decision, for decisions of the month.
    median_hours = models.DecimalField(
        _("median hours"), max_digits=7, decimal_places=1, null=True, blank=True
    )
    p90_hours = models.DecimalField(
        _("90th percentile of hours"), max_digits=7, decimal_places=1, null=True, blank=True
    )
    published_at = models.DateTimeField(_("published at"), db_default=Now())

    class Meta:
        verbose_name = _("published figures")
        verbose_name_plural = _("published figures")
        ordering = ["-month", "part", "area_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "part", "area_code"], name="published_figures_once"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="published_figures_of_a_whole_month"
            ),
            models.CheckConstraint(
                condition=Q(part="province", area_code__gt="")
                | (~Q(part="province") & Q(area_code="")),
                name="published_figures_province_has_a_code",
            ),
            # These figures are published together or not at all.
            models.CheckConstraint(
                condition=Q(received__isnull=True, decided__isnull=True, in_time__isnull=True)
                | Q(received__isnull=False, decided__isnull=False),
                name="published_figures_flow_together",
            ),
            models.CheckConstraint(
                condition=Q(in_time__isnull=True, missed__isnull=True)
                | Q(in_time__isnull=False, missed__isnull=False),
                name="published_figures_deadlines_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.area_code or self.part}"

    @property
    def share_in_time(self) -> float | None:
        """The share of the month's deadlines that was kept, 0 to 1; None if hidden or undefined."""
        if self.in_time is None or self.missed is None:
            return None
        due = self.in_time + self.missed
        return self.in_time / due if due else None

    @property
    def is_complete(self) -> bool:
        """No count of this row is hidden."""
        return self.received is not None and self.in_time is not None


class PublishedCoverage(models.Model):
    """The vaccination coverage of one day as it was published. A trigger refuses UPDATE and DELETE.

    One document for each day: it is read as a whole, and a day has too many provinces for rows.
    Its numbers are rounded (public_statistics/coverage.py); exact ones are not in this table.
    """

    day = models.DateField(_("day"), primary_key=True)
    # Fields of coverage.CoverageLine; the country first.
    lines = models.JSONField(_("lines"))
    published_at = models.DateTimeField(_("published at"), db_default=Now())

    class Meta:
        verbose_name = _("published coverage")
        verbose_name_plural = _("published coverage")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"
