"""The next dose of each course of each person, what has to be counted again, and the reminders.

Everything but ReminderSetting and Reminder is computed from doses (`recording.due.fold`).
"""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from doses.models import Dose, VaccineGroup
from messaging.models import Message
from organizations.models import Organization
from organizations.queries import with_predecessors
from recording.access import sites_of

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

# How many days before the first day of a dose its reminder may be sent.
MOST_DAYS = 14


class DueChange(models.Model):
    """A person for whom something else may be due now: it must be found again.

    Written by triggers in the transaction of the change (migration 0005), deleted by the fold. No
    foreign key: recording a dose should not wait for the lookup of another table.
    """

    citizen_id = models.BigIntegerField()

    class Meta:
        verbose_name = _("change of what is due")
        verbose_name_plural = _("changes of what is due")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.pk)


class DueSweep(models.Model):
    """A walk over all people, because the schedule changed or the table is empty. The newest counts."""

    # doses.schedule.fingerprint of the schedule by which it was begun.
    fingerprint = models.CharField(_("fingerprint of the schedule"), max_length=64)
    # Everybody up to this id is done.
    done_until = models.BigIntegerField(_("done until"), default=0)
    at = models.DateTimeField(_("at"), db_default=Now())
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("walk over what is due")
        verbose_name_plural = _("walks over what is due")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk}: {self.done_until}"


class NextDoseQuerySet(models.QuerySet["NextDose"]):
    def visible_to(self, user: "User") -> Self:
        """What is due for people of the user's sites, those of closed predecessors included."""
        sites = with_predecessors(sites_of(user)).order_by()
        return self.filter(organization__in=sites.values("pk"))

    def named(self, today: "date") -> Self:
        """Those of which people are still told: the age at which one no longer is has not come."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=today))


class NextDose(models.Model):
    """The next dose of one course of one person, at the site that gave the last dose of it.

    A course that has not begun stands at the site that gave the person's last dose of all.
    """

    # The kept record.
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("citizen"),
        db_index=False,
    )
    group = models.ForeignKey(
        VaccineGroup,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("vaccine group"),
        db_index=False,
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        db_index=False,
    )
    last_dose = models.ForeignKey(
        Dose,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("last dose"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Dose.Kind)
    ordinal = models.PositiveSmallIntegerField(_("ordinal"))
    due_on = models.DateField(_("due on"))
    # From this day on nobody is told that it is missing.
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects: ClassVar[NextDoseQuerySet] = NextDoseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("next dose")
        verbose_name_plural = _("next doses")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["organization", "due_on", "id"], name="next_dose_of_site"),
            models.Index(
                fields=["ends_on"], condition=Q(ends_on__isnull=False), name="next_dose_ends_on"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["citizen", "group"], name="next_dose_once"),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.group_id}: {self.position}"

    @property
    def position(self) -> str:
        """Kind and ordinal as one value of doses.facts.Position."""
        return f"{self.kind}-{self.ordinal}"


class ReminderSetting(models.Model):
    """Whether a site reminds people of the doses of a group. Append-only: the newest one holds."""

    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("site"),
        db_index=False,
    )
    group = models.ForeignKey(
        VaccineGroup,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("vaccine group"),
        db_index=False,
    )
    is_on = models.BooleanField(_("switched on"))
    days_before = models.PositiveSmallIntegerField(
        _("days before"), validators=[MinValueValidator(0), MaxValueValidator(MOST_DAYS)]
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("setting of reminders")
        verbose_name_plural = _("settings of reminders")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization", "group", "-id"], name="reminder_setting_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(days_before__lte=MOST_DAYS), name="reminder_setting_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.group_id}: {self.is_on}"


class Reminder(models.Model):
    """A person was reminded of one dose: once. Append-only; what became of it, the message says."""

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("citizen"),
        db_index=False,
    )
    group = models.ForeignKey(
        VaccineGroup,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("vaccine group"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Dose.Kind)
    ordinal = models.PositiveSmallIntegerField(_("ordinal"))
    # What made it be sent: which site's, and who had switched it on.
    setting = models.ForeignKey(
        ReminderSetting,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("setting"),
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("message"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("reminder of a dose")
        verbose_name_plural = _("reminders of doses")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "group", "kind", "ordinal"], name="reminder_once_for_a_dose"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.group_id}: {self.kind}-{self.ordinal}"
