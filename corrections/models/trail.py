"""Events, holdings, breaches, and errands that are not done yet."""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from corrections import lifecycle, ready_texts
from corrections.lifecycle import Party
from corrections.models.case import Correction
from corrections.models.clocks import Clock
from organizations.models import Organization
from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED


class CorrectionEvent(models.Model):
    """One thing that happened to a correction. Append-only; pages show it as the history."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="events")
    step = models.CharField(max_length=24)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16)
    party = models.CharField(
        max_length=16, choices=[(p.value, label) for p, label in lifecycle.PARTY_LABELS.items()]
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # On whose behalf: the citizen is shown the organization, never the person.
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The holder at that time, to list acts of health officers; NULL for all other steps.
    holder = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    at = models.DateTimeField()
    remark = models.TextField(blank=True)
    data = SealedJSONField(sealed=SEALED, default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["correction", "at"], name="event_history"),
            # Recent acts of health officers: of the country, and for single holders.
            models.Index(
                fields=["at"], condition=Q(party=Party.OVERSEER), name="event_of_officers"
            ),
            models.Index(
                fields=["holder", "at"], condition=Q(party=Party.OVERSEER), name="event_at_desk"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(party=Party.SYSTEM, by=None)
                # A caller without an account answers through an upload link of the hotline.
                | Q(party=Party.CITIZEN)
                | (~Q(party=Party.SYSTEM) & Q(by__isnull=False)),
                name="event_a_person_or_the_system",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d %H:%M}"

    @property
    def remark_shown(self) -> str:
        """The words that came with it, for a reader: see ready_texts."""
        return ready_texts.in_readers_language(self.remark)


class Holding(models.Model):
    """Who held a correction from when to when. Passing on never restarts the clock."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="holdings")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    # The first holding under a clock: the case counts as received by this organization.
    opens = models.BooleanField(db_default=False)

    class Meta:
        ordering = ["since", "id"]
        indexes = [
            models.Index(
                fields=["since"],
                include=["organization", "correction"],
                condition=Q(opens=True),
                name="holding_opens",
            ),
            models.Index(
                fields=["organization", "since"],
                include=["correction"],
                condition=Q(opens=True),
                name="holding_opens_at_desk",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["correction"], condition=Q(until=None), name="holding_one_at_a_time"
            ),
            ExclusionConstraint(
                name="holding_never_overlaps",
                expressions=[
                    (
                        Func(
                            "since",
                            "until",
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("correction", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} since {self.since:%Y-%m-%d %H:%M}"


class Breach(models.Model):
    """A missed deadline, dated at the deadline, with the holder of that moment; never deleted."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="breaches")
    clock = models.ForeignKey(
        Clock, on_delete=models.PROTECT, related_name="breaches", db_index=False
    )
    rung = models.CharField(max_length=16)
    at = models.DateTimeField()
    holder = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="breaches"
    )
    # The organization to which it was escalated; NULL when no level is above.
    escalated_to = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The site that gave the dose, as recorded at that time; NULL when unknown.
    giver = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField()
    # `at`, or `written_at` if the figures of that day were final by then. Set by a trigger.
    counts_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        constraints = [
            models.UniqueConstraint(fields=["clock", "rung"], name="breach_once_per_clock_and_rung")
        ]
        indexes = [
            models.Index(fields=["holder", "at"], name="breach_by_holder"),
            models.Index(
                fields=["counts_at"],
                include=["holder", "giver", "correction"],
                condition=Q(rung="due"),
                name="breach_counts",
            ),
            models.Index(
                fields=["holder", "counts_at"],
                include=["correction"],
                condition=Q(rung="due"),
                name="breach_counts_for_holder",
            ),
            models.Index(
                Coalesce("giver", "holder"),
                "counts_at",
                condition=Q(rung="due"),
                name="breach_counts_for_giver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rung} {self.at:%Y-%m-%d %H:%M}"


class OutboxRow(models.Model):
    """An errand that must follow an event; a Celery task does it at once, or else the sweep."""

    class Errand(models.TextChoices):
        ROUTE = "route", _("Send to the desk")
        TELL = "tell", _("Tell people")

    errand = models.CharField(max_length=8, choices=Errand)
    event = models.ForeignKey(CorrectionEvent, on_delete=models.PROTECT, related_name="outbox")
    # Errands with the same text here are done together, as one message: "escalate:17".
    bundle = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    # Not to be done before this moment: another worker has it, or it failed and waits.
    not_before = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "errand"], name="outbox_once_per_event")
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"], condition=Q(done_at=None), name="outbox_undone"
            ),
            models.Index(
                fields=["bundle", "id"],
                condition=Q(done_at=None) & ~Q(bundle=""),
                name="outbox_bundle",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.errand} {self.event_id}"


class Heartbeat(models.Model):
    """When a background job last finished, and what it did; read by the health page."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    took = models.DurationField(default=timedelta)
    did = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"
