"""Vaccines in groups, the dated rules about giving them, and what is due when.

All of it is data, written by `manage.py load_vaccines`: a new vaccine, a new age or another
interval needs no new program.
"""

import calendar
from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

COVID_19 = "covid19"


class DoseKind(models.TextChoices):
    # Decision 43/QĐ-BYT of 07/01/2022: up to three primary, one additional, three boosters.
    PRIMARY = "primary", _("Primary")
    ADDITIONAL = "additional", _("Additional")
    BOOSTER = "booster", _("Booster")


class Span(models.TextChoices):
    """In what a length of time is counted."""

    DAY = "day", _("days")
    MONTH = "month", _("months")
    YEAR = "year", _("years")

    def after(self, day: date, number: int) -> date:
        """Return the day so many days, months or years after a day; 29/02 becomes 28/02."""
        if self == Span.DAY:
            return day + timedelta(days=number)
        months = number * (12 if self == Span.YEAR else 1)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))


class VaccineGroup(models.Model):
    """Vaccines of one course, as CVX groups them: a dose of one counts before a dose of another."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    # The day of the first dose in Viet Nam where it is known: an earlier date is doubtful.
    first_given_on = models.DateField(_("first given in Viet Nam on"), null=True, blank=True)

    class Meta:
        verbose_name = _("vaccine group")
        verbose_name_plural = _("vaccine groups")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Vaccine(models.Model):
    """A vaccine as used in Vietnam, with the codes that certificates and FHIR need.

    The key is our own code; display names are ambiguous ("Vero Cell" is three products abroad).
    Ages and intervals are rows of VaccineRule: they changed every month.
    """

    code = models.CharField(_("code"), max_length=16, unique=True)
    group = models.ForeignKey(
        VaccineGroup,
        on_delete=models.PROTECT,
        null=True,
        related_name="vaccines",
        verbose_name=_("vaccine group"),
    )
    name = models.CharField(_("name"), max_length=80)
    manufacturer = models.CharField(_("manufacturer"), max_length=120, blank=True)
    mp = models.CharField(_("EU product code"), max_length=40, blank=True)
    ma = models.CharField(_("EU manufacturer code"), max_length=40, blank=True)
    vp = models.CharField(_("SNOMED CT prophylaxis code"), max_length=20, blank=True)
    icd11 = models.CharField(_("ICD-11 code"), max_length=10, blank=True)
    cvx = models.CharField(_("CVX code"), max_length=5, blank=True)
    approved_on = models.DateField(_("approved in Viet Nam on"), null=True, blank=True)
    primary_doses = models.PositiveSmallIntegerField(_("doses of the primary course"))

    class Meta:
        verbose_name = _("vaccine")
        verbose_name_plural = _("vaccines")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(primary_doses__range=(1, 3)), name="vaccine_one_to_three_doses"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def group_code(self) -> str:
        """The code of its group; "" without one."""
        return self.group.code if self.group else ""


class Dated(models.Model):
    """Something that holds from a day to a day, both included, with where it is written."""

    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    source_vi = models.CharField(_("source in Vietnamese"), max_length=200)
    source_en = models.CharField(_("source in English"), max_length=200)

    class Meta:
        abstract = True

    @property
    def source(self) -> str:
        """Where it is written, in the reader's language."""
        return self.source_en if get_language() == "en" else self.source_vi


class VaccineRule(Dated):
    """One rule about a vaccine, or about all of a group. It warns in words, and never refuses."""

    class About(models.TextChoices):
        LOWEST_AGE = "lowest_age", _("lowest age")
        HIGHEST_AGE = "highest_age", _("highest age")
        SHORTEST_INTERVAL = "shortest_interval", _("shortest interval")
        # Without a value: doses of this kind are given while the rule holds.
        GIVEN = "given", _("given at all")
        # Without a value: this vaccine may follow that of `after`.
        MAY_FOLLOW = "may_follow", _("may follow another vaccine")

    group = models.ForeignKey(
        VaccineGroup,
        on_delete=models.CASCADE,
        related_name="rules",
        verbose_name=_("vaccine group"),
    )
    # None: every vaccine of the group.
    vaccine = models.ForeignKey(
        Vaccine,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vaccine"),
        db_index=False,
    )
    after = models.ForeignKey(
        Vaccine,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vaccine of the dose before"),
        db_index=False,
    )
    about = models.CharField(_("about"), max_length=20, choices=About)
    # "": every kind of dose.
    dose_kind = models.CharField(_("kind of dose"), max_length=10, choices=DoseKind, blank=True)
    value = models.PositiveSmallIntegerField(_("value"), null=True, blank=True)
    span = models.CharField(_("counted in"), max_length=5, choices=Span, blank=True)

    class Meta:
        verbose_name = _("rule about a vaccine")
        verbose_name_plural = _("rules about vaccines")
        ordering = ["group_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(from_on=None) | Q(until_on__gte=F("from_on")),
                name="vaccine_rule_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(about__in=["given", "may_follow"], value=None)
                | (Q(value__gte=1) & ~Q(span="") & ~Q(about__in=["given", "may_follow"])),
                name="vaccine_rule_has_what_it_is_about",
            ),
            models.CheckConstraint(
                condition=~Q(about="may_follow") | Q(after__isnull=False, vaccine__isnull=False),
                name="vaccine_rule_may_follow_names_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} · {self.about}"


class ScheduleStep(Dated):
    """When a dose of a group is due: at an age, or so long after the dose before it."""

    group = models.ForeignKey(
        VaccineGroup,
        on_delete=models.CASCADE,
        related_name="schedule",
        verbose_name=_("vaccine group"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=DoseKind)
    ordinal = models.PositiveSmallIntegerField(_("ordinal"))
    # The vaccine of the dose before; None: after any.
    after = models.ForeignKey(
        Vaccine,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vaccine of the dose before"),
        db_index=False,
    )
    age = models.PositiveSmallIntegerField(_("age"), null=True, blank=True)
    age_span = models.CharField(_("age in"), max_length=5, choices=Span, blank=True)
    interval = models.PositiveSmallIntegerField(_("interval"), null=True, blank=True)
    interval_span = models.CharField(_("interval in"), max_length=5, choices=Span, blank=True)
    # Beyond this age in years nobody is told that the dose is missing.
    last_age = models.PositiveSmallIntegerField(_("last age in years"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a schedule")
        verbose_name_plural = _("steps of schedules")
        ordering = ["group_id", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(age__isnull=False) | Q(interval__isnull=False),
                name="schedule_step_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} · {self.kind}-{self.ordinal}"
