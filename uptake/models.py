"""Coverage: the course of each citizen, the sums by place, age band and day, the population.

Everything but Population is computed from doses and citizens (`uptake.fold`).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from organizations.models import Area


class Measure(models.TextChoices):
    """A stage of vaccination; reaching one requires the stages before it."""

    ONE_DOSE = "one_dose", _("At least one dose")
    COMPLETE = "complete", _("Primary series complete")
    BOOSTER = "booster", _("At least one booster")


class Band(models.TextChoices):
    """Age on the day on which the measure was reached.

    The limits are those of the campaign: from 18 at first, from 12 since October 2021, from 5 since
    April 2022; older people were invited before the others.
    """

    UNDER_5 = "0-4", _("0–4 years")
    FROM_5 = "5-11", _("5–11 years")
    FROM_12 = "12-17", _("12–17 years")
    FROM_18 = "18-49", _("18–49 years")
    FROM_50 = "50-64", _("50–64 years")
    FROM_65 = "65+", _("65 years and older")


# The lowest age of each band in years, the youngest first.
LOWEST_AGE = {
    Band.UNDER_5: 0,
    Band.FROM_5: 5,
    Band.FROM_12: 12,
    Band.FROM_18: 18,
    Band.FROM_50: 50,
    Band.FROM_65: 65,
}


class Change(models.Model):
    """A change of somebody's doses or facts: the course must be computed again.

    Written by triggers in the transaction of the change (migration 0002), deleted by `uptake.fold`.
    citizen_id is NULL when areas have changed.
    """

    # No foreign key: recording a dose should not wait for the lookup of another table.
    citizen_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)


class Course(models.Model):
    """What one person, all parts of a merged record together, adds to the sums now.

    Stored so that the next fold can subtract exactly what was added.
    """

    citizen = models.OneToOneField(
        Citizen,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="+",
        verbose_name=_("citizen"),
        # Rows are copied from the citizen table, up to 45 million at once: no check is needed.
        db_constraint=False,
    )
    place = models.CharField(_("place"), max_length=40, blank=True, db_collation="C")
    born_on = models.DateField(_("date of birth"))
    one_dose_on = models.DateField(_("first dose on"))
    complete_on = models.DateField(_("primary series complete on"), null=True)
    booster_on = models.DateField(_("booster on"), null=True)
    # Every day with a dose that counts. NULL in rows from before the doses were counted.
    dose_days = ArrayField(models.DateField(), verbose_name=_("days of doses"), null=True)

    class Meta:
        verbose_name = _("course of a person")
        verbose_name_plural = _("courses of people")
        ordering = ["citizen_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(complete_on=None) | Q(complete_on__gte=F("one_dose_on")),
                name="course_complete_from_the_first_dose_on",
            ),
            models.CheckConstraint(
                condition=Q(booster_on=None) | Q(booster_on__gt=F("complete_on")),
                name="course_booster_after_the_primary_series",
            ),
        ]

    def __str__(self) -> str:
        return str(self.citizen_id)


class Uptake(models.Model):
    """Number of people of a place and age band who reached a measure on a day, or in a month.

    `place` is the beginning of an area's path: "" the country, "01/" a province, "01/003/" a
    district (or a commune, where a province has no districts). Each level has its own sums.
    Rows of months, dated on their first day, save reading all days.
    """

    place = models.CharField(_("place"), max_length=40, blank=True, db_collation="C")
    is_month = models.BooleanField(_("whole month"))
    day = models.DateField(_("day"))
    measure = models.CharField(_("measure"), max_length=8, choices=Measure)
    band = models.CharField(_("age band"), max_length=5, choices=Band)
    people = models.IntegerField(_("people"))

    class Meta:
        verbose_name = _("uptake")
        verbose_name_plural = _("uptake")
        ordering = ["place", "is_month", "day", "measure", "band"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "is_month", "day", "measure", "band"],
                include=["people"],
                name="uptake_once",
            ),
            # A place without new people has no row; a negative number is an error in the fold.
            models.CheckConstraint(condition=Q(people__gt=0), name="uptake_of_somebody"),
            models.CheckConstraint(
                condition=Q(is_month=False)
                | Q(
                    day=Func(
                        F("day"),
                        template="date_trunc('month', %(expressions)s::timestamp)::date",
                        output_field=models.DateField(),
                    )
                ),
                name="uptake_month_on_its_first_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.day} {self.measure} {self.band}: {self.people}"


class CommuneUptake(models.Model):
    """Number of people of a commune within a district who reached a measure in a month.

    Without days and ages: the sums of `Uptake` for communes would be a hundred million rows.
    """

    place = models.CharField(_("place"), max_length=40, db_collation="C")
    month = models.DateField(_("first day of the month"))
    measure = models.CharField(_("measure"), max_length=8, choices=Measure)
    people = models.IntegerField(_("people"))

    class Meta:
        verbose_name = _("uptake of a commune")
        verbose_name_plural = _("uptake of communes")
        ordering = ["place", "month", "measure"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "month", "measure"], name="commune_uptake_once"
            ),
            models.CheckConstraint(condition=Q(people__gt=0), name="commune_uptake_of_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.month} {self.measure}: {self.people}"


class DosesGiven(models.Model):
    """Number of doses given on a day to people of a province, or of the country (place "").

    Of all ages. Doses that count are those of the courses: verified ones, one per person and day.
    """

    place = models.CharField(_("place"), max_length=40, blank=True, db_collation="C")
    day = models.DateField(_("day"))
    doses = models.IntegerField(_("doses"))

    class Meta:
        verbose_name = _("doses given")
        verbose_name_plural = _("doses given")
        ordering = ["place", "day"]
        constraints = [
            models.UniqueConstraint(fields=["place", "day"], name="doses_given_once"),
            # As for uptake: a negative number is an error in the fold.
            models.CheckConstraint(condition=Q(doses__gt=0), name="doses_given_are_some"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.day}: {self.doses}"


class Population(models.Model):
    """Number of residents of an area by age band: the denominator of shares."""

    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("area"),
        db_index=False,
    )
    band = models.CharField(_("age band"), max_length=5, choices=Band)
    people = models.PositiveIntegerField(_("people"))
    source = models.CharField(_("source"), max_length=200)
    as_of = models.DateField(_("as of"))

    class Meta:
        verbose_name = _("population")
        verbose_name_plural = _("populations")
        ordering = ["area_id", "band"]
        constraints = [
            models.UniqueConstraint(fields=["area", "band"], name="population_of_area_and_band"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.band}: {self.people}"
