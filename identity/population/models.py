"""Tables of the population database: who is still to be asked about, what it said, and sweeps."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from identity.population.client import Outcome, Trouble
from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED

OUTCOME_LABELS = {
    Outcome.MATCH: _("All four facts match"),
    Outcome.MISMATCH: _("Some facts differ"),
    Outcome.NOT_FOUND: _("No such number"),
    Outcome.BAD_FORMAT: _("It cannot be asked with these facts"),
}
TROUBLE_LABELS = {
    Trouble.DOWN: _("It gives no answer"),
    Trouble.TOO_MANY: _("It asks for a pause"),
    Trouble.TOKEN: _("It does not take the token of this site"),
    Trouble.UNREADABLE: _("It answers what cannot be read"),
}


class PopulationRun(models.Model):
    """A sweep over everybody with an ID number: how far it has come, and what was answered."""

    # Citizens up to here have a question or an answer; those after `until_id` came later.
    last_id = models.BigIntegerField(_("last citizen taken"), default=0)
    until_id = models.BigIntegerField(_("last citizen of all"))
    total = models.PositiveIntegerField(_("people with a number"))
    matched = models.PositiveIntegerField(_("all match"), default=0)
    mismatched = models.PositiveIntegerField(_("some differ"), default=0)
    not_found = models.PositiveIntegerField(_("not found"), default=0)
    bad_format = models.PositiveIntegerField(_("cannot be asked"), default=0)
    # Merged into another record, or without a number by now.
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    begun_at = models.DateTimeField(_("begun at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    # Time in which questions were asked: pauses and stops of the workers do not count.
    worked = models.DurationField(_("time of asking"), default=timedelta)

    class Meta:
        verbose_name = _("sweep of the population database")
        verbose_name_plural = _("sweeps of the population database")
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="population_one_run",
                violation_error_message=_("A sweep is running already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.done}/{self.total}"

    @property
    def done(self) -> int:
        """How many people need no question any more."""
        return self.matched + self.mismatched + self.not_found + self.bad_format + self.left_out

    @property
    def per_second(self) -> float:
        """People in a second of asking; 0 before the first."""
        seconds = self.worked.total_seconds()
        return self.done / seconds if seconds else 0.0


class PopulationQuestion(models.Model):
    """A question that has no answer yet. It goes when the answer is stored."""

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("citizen"),
        db_index=False,
    )
    # The correction whose proposal is asked about; "" for the facts on record, in a sweep.
    correction_reference = models.CharField(_("correction"), max_length=16, blank=True)
    proposed = SealedJSONField(_("proposed facts"), sealed=SEALED, default=dict)
    run = models.ForeignKey(
        PopulationRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("sweep"),
        db_index=False,
    )
    put_at = models.DateTimeField(_("put at"))
    due_at = models.DateTimeField(_("to be asked at"))
    tries = models.PositiveIntegerField(_("tries without an answer"), default=0)
    failing_since = models.DateTimeField(_("without an answer since"), null=True, blank=True)
    trouble = models.CharField(
        _("why there was no answer"), max_length=12, blank=True, choices=TROUBLE_LABELS.items()
    )

    class Meta:
        verbose_name = _("question to the population database")
        verbose_name_plural = _("questions to the population database")
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "correction_reference"], name="population_question_once"
            ),
            models.CheckConstraint(
                condition=Q(run=None) | Q(correction_reference=""),
                name="population_question_of_one_kind",
                violation_error_message=_("A question is about a proposal, or part of a sweep."),
            ),
        ]
        indexes = [
            # Those of people who wait come before those of a sweep.
            models.Index(
                fields=["due_at", "id"], condition=Q(run=None), name="population_of_people"
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(run__isnull=False),
                name="population_of_sweeps",
            ),
            models.Index(
                fields=["correction_reference"],
                condition=~Q(correction_reference=""),
                name="population_question_of_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.correction_reference or self.run_id}"


class PopulationAnswer(models.Model):
    """What the population database said about a person. Append-only (migration 0004)."""

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="population_answers",
        verbose_name=_("citizen"),
        db_index=False,
    )
    correction_reference = models.CharField(_("correction"), max_length=16, blank=True)
    run = models.ForeignKey(
        PopulationRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sweep"),
        db_index=False,
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=OUTCOME_LABELS.items())
    # The names of the facts that differ, or whose form is wrong.
    fields = models.JSONField(_("facts"), default=list, blank=True)
    # Which facts were asked about: the newest revision then (0: never revised), and a keyed hash.
    revision = models.PositiveSmallIntegerField(_("revision"), default=0)
    fingerprint = models.CharField(_("keyed hash of the facts"), max_length=64)
    # The host that answered.
    source = models.CharField(_("source"), max_length=200)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("answer of the population database")
        verbose_name_plural = _("answers of the population database")
        indexes = [
            models.Index(fields=["citizen", "-at"], name="population_answer_newest"),
            models.Index(
                fields=["correction_reference"],
                condition=~Q(correction_reference=""),
                name="population_answer_of_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.outcome}"
