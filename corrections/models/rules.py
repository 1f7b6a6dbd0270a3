"""The rules of deadlines in versions, days off, and the recompute that follows a change."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Policy(models.Model):
    """The numbers of the rules, in versions: a clock names the version it was started under.

    The newest version is in force. A version is never changed; a change creates a new one.
    """

    version = models.PositiveIntegerField(unique=True)
    # Elapsed hours: dispatch 9458/BYT-CNTT.
    review_hours = models.PositiveSmallIntegerField(_("hours for a review"), default=48)
    appeal_hours = models.PositiveSmallIntegerField(_("hours for an appeal"), default=48)
    # Decree 356/2025/NĐ-CP: a request about personal data is answered within 2 working days.
    statutory_working_days = models.PositiveSmallIntegerField(
        _("working days for the statutory answer"), default=2
    )
    pause_cap_days = models.PositiveSmallIntegerField(
        _("days for which a question may stop the clock"), default=7
    )
    triage_hours = models.PositiveSmallIntegerField(
        _("hours within which a case without a site finds one"), default=4
    )
    # Decisions that need a second person (four_eyes.Reason), and the days after which a new date is
    # far (decisions/far_dates.py). Under a year: a date with a wrong year is always far.
    four_eyes = models.JSONField(_("a second person confirms"), default=list, blank=True)
    far_date_days = models.PositiveSmallIntegerField(
        _("days after which a new date is far from the one on record, or from a day of the site"),
        default=30,
        db_default=30,
    )
    # Read by the release before far_date_days; the next one drops it (docs/adr/0010).
    old_date_days = models.PositiveSmallIntegerField(default=90, db_default=90)
    # Of 100 doses that one person may add, so many are looked at by a second one, drawn at random.
    second_look_percent = models.PositiveSmallIntegerField(
        _("added doses in a hundred that a second person looks at, drawn at random"),
        default=10,
        db_default=10,
    )
    note = models.TextField(_("reason of the change"), blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("deadline policy")
        verbose_name_plural = _("deadline policies")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    version__gte=1,
                    review_hours__range=(1, 720),
                    appeal_hours__range=(1, 720),
                    statutory_working_days__range=(1, 60),
                    pause_cap_days__range=(1, 60),
                    triage_hours__range=(1, 720),
                    far_date_days__range=(1, 364),
                    old_date_days__gte=1,
                    second_look_percent__lte=100,
                ),
                name="policy_numbers_make_sense",
                violation_error_message=_("A number of this policy makes no sense."),
            )
        ]

    def __str__(self) -> str:
        return str(self.version)


class DayOff(models.Model):
    """A day on which the official calendar differs: a holiday added, or a half of a swap.

    A swap is two rows: the day that is off and the day that is worked instead, each naming the
    other one.
    """

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("worked all the same"), default=False)
    swapped_with = models.DateField(_("swapped with"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=120)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("day off")
        verbose_name_plural = _("days off")
        ordering = ["day"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(swapped_with=F("day")), name="day_is_not_swapped_with_itself"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"


class RecomputeRun(models.Model):
    """A confirmed change of the rules, and how far the running clocks follow it.

    It is the log of all changes and the row that says 'not done yet': when a worker dies, the sweep
    continues the run. Only the newest run works; it replaces the unfinished ones.
    """

    # The version in force after the change.
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="runs")
    # The day of a change of the calendar; NULL for a change of the rules.
    day = models.DateField(null=True, blank=True)
    is_working = models.BooleanField(null=True, blank=True)
    # The day that counts the opposite since then: the other half of a swap that was made or undone.
    swapped_with = models.DateField(null=True, blank=True)
    why = models.TextField(_("reason"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Number of clocks: affected by the change when it was confirmed; moved so far.
    wanted = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)
    overtaken_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("recompute")
        verbose_name_plural = _("recomputes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(day=None, is_working=None)
                | Q(day__isnull=False, is_working__isnull=False),
                name="recompute_of_a_day_says_how_it_is_now",
            ),
            models.CheckConstraint(
                condition=Q(swapped_with=None) | Q(day__isnull=False),
                name="recompute_of_a_swap_names_both_days",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="recompute_says_why"),
            models.CheckConstraint(
                condition=Q(finished_at=None, overtaken_by=None) | Q(finished_at__gte=F("made_at")),
                name="recompute_overtaken_is_finished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M} {self.why}"

    @property
    def percent(self) -> int:
        """Progress, 0 to 100."""
        if self.finished_at:
            return 100
        return min(99, 100 * self.done // self.wanted) if self.wanted else 0
