"""What is stored of a correction: the filing, the case itself, its history, its clock marks.

Only actions.py writes to these tables. History is append-only: the database refuses UPDATE and
DELETE on events and breaches (migration 0002).
"""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from corrections import access, deadlines, lifecycle, reference
from corrections.lifecycle import Party, Status
from doses.models import Dose
from organizations.models import Area, Organization
from vaxreg import clock

if TYPE_CHECKING:
    from accounts.models import User

OPEN_STATUSES = sorted(lifecycle.OPEN)
CLOSED_STATUSES = sorted(lifecycle.CLOSED)


class Kind(models.TextChoices):
    """What a correction is about."""

    WRONG_FIELDS = "wrong_fields", _("Wrong details of a dose")
    MISSING_DOSE = "missing_dose", _("Missing dose")


class Channel(models.TextChoices):
    """Through which door a filing came in."""

    WEB = "web", _("Web page")
    API = "api", _("Partner app")


class Draft(models.Model):
    """What a citizen has typed so far: survives leaving, another device, a dropped connection.

    Its key becomes the filing's key, so that a draft can be filed once only.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "citizen"], name="draft_one_per_record")
        ]

    def __str__(self) -> str:
        return str(self.key)


class Filing(models.Model):
    """One act of filing: what a citizen sent with one press of the button.

    Each disputed dose becomes a correction of its own; photos and words belong to all of them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The idempotency key: a second press, a retry or a replay finds the first filing.
    key = models.CharField(max_length=64)
    # SHA-256 of what was sent with the key; another content under the same key is an error.
    content_hash = models.CharField(max_length=64)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="filings"
    )
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="filings")
    channel = models.CharField(max_length=8, choices=Channel)
    words = models.TextField(blank=True)
    # "I no longer have the paper" was ticked: the reviewer looks into the site's own papers.
    has_no_paper = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["filed_by", "key"], name="filing_key_once"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: "User") -> Self:
        """What this user may see at all; outside of it everything is 404."""
        return self.filter(access.visible_to(user))

    def of_own_records(self, user: "User") -> Self:
        """About the records this user holds as a citizen or guardian."""
        return self.filter(access.of_own_records(user))

    def on_desks_of(self, user: "User") -> Self:
        """Held by an organization in which the user works as a reviewer."""
        return self.filter(access.on_desks_of(user))

    def open(self) -> Self:
        """Not decided yet. Says it the way the partial indexes say it."""
        return self.filter(status__in=OPEN_STATUSES)

    def closed(self) -> Self:
        """Decided."""
        return self.filter(status__in=CLOSED_STATUSES)

    def overdue(self) -> Self:
        """Open and past due by the database's clock; right even when nothing else runs."""
        return self.open().filter(due_at__lt=clock.sql_now())

    def due_soon(self) -> Self:
        """Open, in time, and due within the next 12 hours."""
        return self.open().filter(
            due_at__gte=clock.sql_now(), due_at__lt=clock.sql_now() + deadlines.SOON
        )

    def in_time(self) -> Self:
        """Open with more than 12 hours left."""
        return self.open().filter(due_at__gte=clock.sql_now() + deadlines.SOON)


class Correction(models.Model):
    """One request about one dose of one citizen."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=reference.new_reference)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="corrections")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=16, choices=Kind)
    # The recorded dose in question; for a missing dose the one that was added on acceptance.
    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    # What this is about, as text: "dose:17", "missing:primary-2"; one open correction for each.
    subject = models.CharField(max_length=64)
    # Facts by field name (facts.py): as recorded at filing, as proposed, as decided.
    recorded = models.JSONField(default=dict)
    proposed = models.JSONField(default=dict)
    decided = models.JSONField(null=True, blank=True)
    # Where a missing dose was given, as far as the citizen knows.
    named_site = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    named_area = models.ForeignKey(
        Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site_text = models.CharField(max_length=200, blank=True)

    status = models.CharField(
        max_length=16, choices=[(s.value, label) for s, label in lifecycle.STATUS_LABELS.items()]
    )
    # Without an index of its own: it would grow with all that was ever decided, while the partial
    # ones below (what is open, what was decided) answer every question about a holder.
    holder = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="held",
        db_index=False,
    )
    # Why it is on that desk: one sentence per language, written when it was sent there.
    routing_reason = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # How many of deadlines.MARKS the sweep has dealt with, and when the next one is.
    marks_passed = models.PositiveSmallIntegerField(default=0)
    next_mark_at = models.DateTimeField(null=True, blank=True)

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    picked_up_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    ground = models.CharField(
        max_length=32,
        blank=True,
        choices=[(g.value, label) for g, label in lifecycle.GROUND_LABELS.items()],
    )
    # The sentence for the citizen that came with the decision.
    remark = models.TextField(blank=True)
    # Goes up with every change; a page that carries an older number overwrites nothing.
    version = models.PositiveIntegerField(default=1)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [
            models.Index(
                fields=["holder", "due_at", "id"],
                condition=Q(status__in=OPEN_STATUSES),
                name="correction_queue",
            ),
            models.Index(
                fields=["next_mark_at"],
                condition=Q(status__in=OPEN_STATUSES),
                name="correction_sweep",
            ),
            models.Index(
                fields=["holder", "decided_at"],
                include=["received_at", "due_at"],
                condition=Q(decided_at__isnull=False),
                name="correction_decided",
            ),
            models.Index(fields=["citizen", "received_at"], name="correction_of_citizen"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "subject"],
                condition=Q(status__in=OPEN_STATUSES),
                name="correction_one_open_per_subject",
                violation_error_message=_("There is an open proposal about this dose already."),
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=CLOSED_STATUSES, decided_at__isnull=False, decided_by__isnull=False
                )
                | Q(status__in=OPEN_STATUSES, decided_at=None, decided_by=None),
                name="correction_decided_iff_closed",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.REFUSED) & ~Q(ground=""))
                | (~Q(status=Status.REFUSED) & Q(ground="")),
                name="correction_ground_iff_refused",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.RECEIVED, holder=None)
                | (~Q(status=Status.RECEIVED) & Q(holder__isnull=False)),
                name="correction_on_a_desk_once_routed",
            ),
            models.CheckConstraint(
                condition=Q(reviewer=None, picked_up_at=None)
                | Q(reviewer__isnull=False, picked_up_at__isnull=False),
                name="correction_who_and_when_picked_up",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.IN_REVIEW) | Q(reviewer__isnull=False),
                name="correction_in_review_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=Kind.WRONG_FIELDS) | Q(dose__isnull=False),
                name="correction_of_a_recorded_dose_names_it",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("received_at")), name="correction_due_after_receipt"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Not decided yet."""
        return self.status in lifecycle.OPEN

    def is_overdue(self, now: datetime | None = None) -> bool:
        """Open and past due; at the very moment of due it is still on time."""
        return self.is_open and deadlines.is_overdue(self.due_at, now or clock.now())

    @property
    def reason_shown(self) -> str:
        """Why it is on this desk, in the reader's language."""
        return str(self.routing_reason.get(get_language() or "vi", ""))


class Evidence(models.Model):
    """A photo of the paper, re-encoded by us; the file that was sent is not kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="evidence"
    )
    filing = models.ForeignKey(
        Filing, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    file_key = models.CharField(max_length=64, unique=True)
    preview_key = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False, filing=None) | Q(draft=None, filing__isnull=False),
                name="evidence_of_a_draft_or_a_filing",
            ),
            models.UniqueConstraint(
                fields=["draft", "sha256"],
                name="evidence_once_per_draft",
                violation_error_message=_("This photo is here already."),
            ),
        ]
        indexes = [models.Index(fields=["uploaded_by", "uploaded_at"], name="evidence_per_day")]

    def __str__(self) -> str:
        return str(self.public_id)


class CorrectionEvent(models.Model):
    """One thing that happened to a correction. Append-only; this is the history people read."""

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
    # On whose behalf: the organization, never the person, is shown to the citizen.
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    remark = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["correction", "at"], name="event_history")]
        constraints = [
            models.CheckConstraint(
                condition=Q(party=Party.SYSTEM, by=None)
                | (~Q(party=Party.SYSTEM) & Q(by__isnull=False)),
                name="event_a_person_or_the_system",
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d %H:%M}"


class Holding(models.Model):
    """Who held a correction from when to when; passing on never restarts the citizen's clock."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="holdings")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["since", "id"]
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
    """A deadline was missed: dated at the deadline, naming the holder, on record for good."""

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="breaches")
    rung = models.CharField(max_length=16)
    at = models.DateTimeField()
    holder = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="breaches"
    )
    # To whom it was escalated; empty when nobody stands above.
    escalated_to = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("breach")
        verbose_name_plural = _("breaches")
        constraints = [
            models.UniqueConstraint(fields=["correction", "rung"], name="breach_once_per_rung")
        ]
        indexes = [models.Index(fields=["holder", "at"], name="breach_by_holder")]

    def __str__(self) -> str:
        return f"{self.rung} {self.at:%Y-%m-%d %H:%M}"


class OutboxRow(models.Model):
    """Something that must follow a change and is not done yet; Celery hurries, the sweep makes sure."""

    class Errand(models.TextChoices):
        ROUTE = "route", _("Send to the desk")
        TELL = "tell", _("Tell people")

    errand = models.CharField(max_length=8, choices=Errand)
    event = models.ForeignKey(CorrectionEvent, on_delete=models.PROTECT, related_name="outbox")
    created_at = models.DateTimeField()
    # Not to be touched before this moment: claimed by somebody, or failed and waiting.
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
            )
        ]

    def __str__(self) -> str:
        return f"{self.errand} {self.event_id}"


class Heartbeat(models.Model):
    """When a background job last came to its end, and what it did; read by the health page."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
    took = models.DurationField(default=timedelta)
    did = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M}"


def facts_of(dose: Dose) -> dict[str, Any]:
    """Return a recorded dose's facts in the form in which corrections store them."""
    return {
        "vaccine": dose.vaccine.code,
        "given_on": dose.given_on.isoformat(),
        "organization": str(dose.organization.public_id) if dose.organization else "",
        "lot": dose.lot,
        "position": f"{dose.kind}-{dose.ordinal}",
    }
