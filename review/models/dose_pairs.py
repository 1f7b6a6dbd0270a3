"""Two doses of one person that may be one dose, entered twice; and what people decided about them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from doses.models import Dose
from organizations.models import Organization


class DosePair(models.Model):
    """Two doses of the same product, near each other, on the record of one person. Never deleted.

    Written when doses are, when records are made one, and by the nightly sweep (twice/finding.py),
    in one statement. one_revision, other_revision: those of the doses when it was written; what was
    decided of others is asked again.
    """

    class State(models.TextChoices):
        OPEN = "open", _("not decided")
        BOTH_GIVEN = "both_given", _("both were given")
        ONE_LEFT = "one_left", _("one of them was taken out of the record")
        GONE = "gone", _("no longer alike")

    class Near(models.TextChoices):
        SAME_DAY = "same_day", _("on the same day")
        CLOSE = "close", _("closer than doses of this vaccine are given")
        SWAPPED = "swapped", _("day and month changed about")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The kept record when it was written. No constraints on people and doses: who writes a dose
    # would wait for whoever writes the other one, and those for the first. None is ever deleted.
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    # The dose with the lower id, and the other one.
    one = models.ForeignKey(
        Dose, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    other = models.ForeignKey(
        Dose, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    one_site = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    other_site = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    one_revision = models.PositiveSmallIntegerField()
    other_revision = models.PositiveSmallIntegerField()
    near = models.CharField(max_length=8, choices=Near)
    # Between the two.
    days = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(db_default=Now())
    # Since when it is in this state, and who decided so; None: what happened to the doses did.
    state_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    # Somebody looked and was not sure: the health district decides.
    unsure_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pair of doses")
        verbose_name_plural = _("pairs of doses")
        ordering = ["days", "id"]
        indexes = [
            models.Index(fields=["citizen"], name="dose_pair_citizen"),
            models.Index(fields=["days", "id"], condition=Q(state="open"), name="dose_pair_open"),
            models.Index(
                fields=["one_site", "days", "id"],
                condition=Q(state="open"),
                name="dose_pair_open_one_site",
            ),
            models.Index(
                fields=["other_site", "days", "id"],
                condition=Q(state="open"),
                name="dose_pair_open_other_site",
            ),
            models.Index(fields=["state_at"], condition=~Q(state="open"), name="dose_pair_decided"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="dose_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="dose_pair_in_order"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class DosePairAct(models.Model):
    """What somebody decided about a pair of doses, and why. Append-only."""

    class What(models.TextChoices):
        DOUBLE = "double", _("One is the same dose once more")
        BOTH_GIVEN = "both_given", _("Both were given")
        UNSURE = "unsure", _("Not sure: for the health district")
        TAKEN_BACK = "taken_back", _("The dose counts again")

    pair = models.ForeignKey(
        DosePair, on_delete=models.PROTECT, related_name="acts", verbose_name=_("pair of doses")
    )
    what = models.CharField(max_length=10, choices=What)
    # What takes the other dose out, at once or when a second person has confirmed it.
    change = models.ForeignKey(
        "review.DoseChange", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    why = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("act about a pair of doses")
        verbose_name_plural = _("acts about pairs of doses")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(what="double", change__isnull=False)
                | (~Q(what="double") & Q(change=None)),
                name="dose_pair_act_double_has_a_change",
            ),
            models.CheckConstraint(
                condition=Q(what="unsure") | ~Q(why=""), name="dose_pair_act_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair_id}: {self.what}"


class DosePairSweep(models.Model):
    """How far the nightly sweep over all people has come; one row."""

    # The last record that was looked at.
    after = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sweep for doses on record twice")
        verbose_name_plural = _("sweeps for doses on record twice")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="dose_pair_sweep_one_row")]

    def __str__(self) -> str:
        return f"after {self.after}"
