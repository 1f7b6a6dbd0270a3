"""Tables of matching: features of records, the model in use, pairs that were found, and runs."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, Sex
from vaxreg.typed.dates import Precision


class MatchFeature(models.Model):
    """What is compared of one record (`matching.features`), written together with the citizen.

    Numbers and phones are keyed hashes. Columns that are compared have the names of `Features`.
    """

    citizen = models.OneToOneField(
        Citizen, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    # The kept record, for a part of a merged one; else the citizen. No foreign key, for speed.
    whole = models.BigIntegerField()
    name_marked = models.CharField(max_length=400)
    name_plain = models.CharField(max_length=400)
    name_sorted = models.CharField(max_length=400)
    family = models.CharField(max_length=400)
    given = models.CharField(max_length=400)
    is_bare = models.BooleanField()
    born_digits = models.CharField(max_length=8)
    birth_precision = models.CharField(max_length=5, choices=Precision)
    sex = models.CharField(max_length=8, choices=Sex)
    numbers = ArrayField(models.BigIntegerField())
    number_near = ArrayField(models.BigIntegerField())
    number_tens = ArrayField(models.BigIntegerField())
    number_kinds = models.SmallIntegerField()
    phones = ArrayField(models.BigIntegerField())
    commune = models.BigIntegerField(null=True)
    district = models.CharField(max_length=40)
    sites = ArrayField(models.BigIntegerField())
    keys = ArrayField(models.BigIntegerField())
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("features for matching")
        verbose_name_plural = _("features for matching")
        ordering = ["citizen_id"]
        indexes = [
            # Without the list of pending entries, which every look-up would have to read.
            GinIndex(fields=["keys"], name="match_feature_keys", fastupdate=False),
            models.Index(fields=["written_at"], name="match_feature_written"),
        ]

    def __str__(self) -> str:
        return f"features of {self.citizen_id}"


class MatchModel(models.Model):
    """The model in use: a file of matching/trained, with what was counted in this registry."""

    version = models.CharField(max_length=20)
    # SHA-256 of the file.
    digest = models.CharField(max_length=64)
    # The whole file: probabilities, thresholds, frequencies of words of names.
    content = models.JSONField()
    # What the last run counted here: chances that depend on the number of people (`Calibration`).
    calibration = models.JSONField()
    people = models.BigIntegerField()
    calibrated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("model of matching")
        verbose_name_plural = _("models of matching")
        ordering = ["-calibrated_at"]
        constraints = [
            models.UniqueConstraint(fields=["version", "digest"], name="match_model_once"),
        ]

    def __str__(self) -> str:
        return self.version


class MatchPair(models.Model):
    """Two records that may be one person's. A decision is remembered: no run asks again."""

    class Decision(models.TextChoices):
        OPEN = "open", _("not decided")
        NOT_THE_SAME = "not_the_same", _("two people")
        MERGED = "merged", _("one person, merged")

    # The record with the lower id, and the other one.
    one = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    # Bits: log2 of the odds that both are one person.
    weight = models.FloatField()
    # For each field the level that was found, and its weight: {"name": ["marks", -1.2], …}.
    evidence = models.JSONField()
    model = models.ForeignKey(
        MatchModel, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    found_at = models.DateTimeField()
    decision = models.CharField(max_length=12, choices=Decision, default=Decision.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    decided_at = models.DateTimeField(null=True)
    # Somebody looked and was not sure: it stays open, at the end of the list.
    unsure_at = models.DateTimeField(null=True)
    unsure_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        verbose_name = _("pair of records")
        verbose_name_plural = _("pairs of records")
        ordering = ["-weight", "id"]
        indexes = [
            models.Index(fields=["-weight"], condition=Q(decision="open"), name="match_pair_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="match_pair_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="match_pair_in_order"),
            models.CheckConstraint(
                condition=Q(decision="open", decided_at=None)
                | (~Q(decision="open") & Q(decided_at__isnull=False)),
                name="match_pair_decided_once_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} and {self.other_id}"


class MatchRunQuerySet(models.QuerySet["MatchRun"]):
    """Filters for runs."""

    def done(self) -> "MatchRunQuerySet":
        return self.filter(state=MatchRun.State.DONE)


class MatchRun(models.Model):
    """One run of the finder, and how far it has come."""

    class Kind(models.TextChoices):
        CHANGED = "changed", _("what is new or changed, against all")
        WHOLE = "whole", _("everything against everything")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # How many rows each stage had, and the seconds that it took: {"pairs": [1200, 3.4], …}.
    stages = models.JSONField(default=dict)
    # Records in the registry, records looked at, and pairs above the threshold.
    people = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)
    # Why it failed, in English, for those who run the system.
    message = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager["MatchRun"]] = MatchRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run of matching")
        verbose_name_plural = _("runs of matching")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"
