"""What a change of the rules or of the calendar set off: an audited recompute of open clocks."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from corrections.models.clocks import Policy


class RecomputeRun(models.Model):
    """A change that somebody confirmed, and how far the open clocks have followed it.

    It is the log of all changes, and the row that says 'not done yet': a worker that dies leaves
    it unfinished, and the sweep goes on. Only the newest one works; it takes over from the others.
    """

    # The version that is in force after the change.
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="runs")
    # A change of the calendar names its day; a change of the rules has none.
    day = models.DateField(null=True, blank=True)
    is_working = models.BooleanField(null=True, blank=True)
    why = models.TextField(_("reason"))
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Clocks: how many the change concerned when it was confirmed, how many follow it now.
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
        """How far it is, 0 to 100."""
        if self.finished_at:
            return 100
        return min(99, 100 * self.done // self.wanted) if self.wanted else 0
