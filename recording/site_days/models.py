"""Sums of each site by day, the site's own counts, and deadlines with how far each site is.

Everything but GivenCount and Deadline is computed from doses (`recording.site_days.fold`).
"""

import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from organizations.queries import with_predecessors
from recording.access import sites_of

if TYPE_CHECKING:
    from accounts.models import User


class SiteChange(models.Model):
    """Something by which sums of a site may differ: they must be counted again.

    Written by triggers in the transaction of the change (migration 0003), deleted by the fold.
    Either a person (whose doses, wherever given), or a site and a day; without a day: all of its
    days. No foreign keys: recording a dose should not wait for the lookup of another table.
    """

    citizen_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    day = models.DateField(null=True)

    class Meta:
        verbose_name = _("change at a site")
        verbose_name_plural = _("changes at sites")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)


class SiteDayQuerySet(models.QuerySet["SiteDay"]):
    def visible_to(self, user: "User") -> Self:
        """Days of the sites at which the user records, those of closed predecessors included."""
        sites = with_predecessors(sites_of(user)).order_by()
        return self.filter(organization__in=sites.values("pk"))

    def behind(self) -> Self:
        """Days on which the site gave more doses, by its own count, than stand in the register."""
        return self.filter(given__gt=F("entered"))


class SiteDay(models.Model):
    """Doses that a site gave on one day: how many it says, how many are entered, and their faults.

    Doses count that are completed and no self-declaration. The faults are those of `issues.py`.
    """

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        db_index=False,
    )
    day = models.DateField(_("day"))
    # By the site's own count; NULL where it has stated none.
    given = models.PositiveIntegerField(_("given"), null=True)
    entered = models.PositiveIntegerField(_("entered"), default=0)
    # Of people whose facts the population database has confirmed.
    verified = models.PositiveIntegerField(_("identity verified"), default=0)
    same_day = models.PositiveIntegerField(_("entered on the day"), default=0)
    within_week = models.PositiveIntegerField(_("entered within a week"), default=0)
    complete = models.PositiveIntegerField(_("complete"), default=0)
    valid = models.PositiveIntegerField(_("valid"), default=0)
    no_number = models.PositiveIntegerField(_("no ID number"), default=0)
    odd_number = models.PositiveIntegerField(_("number of another form"), default=0)
    failed_check = models.PositiveIntegerField(_("failed identity check"), default=0)
    no_lot = models.PositiveIntegerField(_("no lot"), default=0)
    unknown_lot = models.PositiveIntegerField(_("lot not received"), default=0)
    no_session = models.PositiveIntegerField(_("no session"), default=0)
    other_day = models.PositiveIntegerField(_("not on the day of its session"), default=0)
    doubtful = models.PositiveIntegerField(_("doubts left standing"), default=0)

    objects: ClassVar[SiteDayQuerySet] = SiteDayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("day of a site")
        verbose_name_plural = _("days of sites")
        ordering = ["organization_id", "day"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "day"], name="site_day_once"),
            models.CheckConstraint(
                condition=Q(given__isnull=False) | Q(entered__gt=0), name="site_day_has_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}: {self.entered}/{self.given}"

    @property
    def missing(self) -> int:
        """Doses of the site's own count that nobody has entered."""
        return max((self.given or 0) - self.entered, 0)


class GivenCount(models.Model):
    """How many doses a site gave on one day by its own count. Append-only: the newest one holds."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        db_index=False,
    )
    day = models.DateField(_("day"))
    doses = models.PositiveIntegerField(_("doses given"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("count of a site")
        verbose_name_plural = _("counts of sites")
        ordering = ["-id"]
        indexes = [models.Index(fields=["organization", "day", "-id"], name="given_count_newest")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}: {self.doses}"


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def in_force(self) -> Self:
        """Deadlines that were not withdrawn, the latest first."""
        return self.filter(withdrawn_at=None).order_by("-due_on", "-pk")


class Deadline(models.Model):
    """Until when doses of the past must be entered, by which dispatch, and which sites it binds.

    Dispatch 7229/BYT-VPB1 is one: by 20/09/2021. A mistake is withdrawn, never changed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    due_on = models.DateField(_("to be entered by"))
    # Which doses must be entered by then: those given up to this day.
    given_until = models.DateField(_("doses given up to"))
    source = models.CharField(_("source"), max_length=200)
    binds = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("binds everybody below"),
        db_index=False,
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
        db_index=False,
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    # When the sums of all sites were first made; NULL: the next fold makes them.
    counted_at = models.DateTimeField(_("counted at"), null=True, blank=True)

    objects: ClassVar[DeadlineQuerySet] = DeadlineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("deadline of back entry")
        verbose_name_plural = _("deadlines of back entry")
        ordering = ["-due_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["due_on", "given_until", "binds"],
                condition=Q(withdrawn_at=None),
                name="deadline_once",
                violation_error_message=_("This deadline stands already."),
            ),
            models.CheckConstraint(
                condition=Q(given_until__lte=F("due_on")),
                name="deadline_of_doses_given_before",
                violation_error_message=_(
                    "Doses that are given after the deadline cannot be entered by then."
                ),
            ),
            models.CheckConstraint(condition=~Q(source=""), name="deadline_has_a_source"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="deadline_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} · {self.source}"


class SiteProgress(models.Model):
    """How far a site is with the doses of one deadline; without one: with all that it gave."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        db_index=False,
    )
    deadline = models.ForeignKey(
        Deadline,
        on_delete=models.CASCADE,
        null=True,
        related_name="progress",
        verbose_name=_("deadline"),
        db_index=False,
    )
    # Sum of the site's own counts; `covered` of them are entered, day by day.
    given = models.PositiveIntegerField(_("given"), default=0)
    covered = models.PositiveIntegerField(_("entered of those given"), default=0)
    # Of all days, counted by the site or not.
    entered = models.PositiveIntegerField(_("entered"), default=0)
    verified = models.PositiveIntegerField(_("identity verified"), default=0)
    days_behind = models.PositiveIntegerField(_("days with doses missing"), default=0)
    first_behind_on = models.DateField(_("first day with doses missing"), null=True)

    class Meta:
        verbose_name = _("progress of a site")
        verbose_name_plural = _("progress of sites")
        ordering = ["deadline_id", "organization_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "organization"],
                nulls_distinct=False,
                name="site_progress_once",
            ),
            models.CheckConstraint(
                condition=Q(covered__lte=F("given")), name="site_progress_covers_what_was_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.deadline_id}: {self.covered}/{self.given}"
