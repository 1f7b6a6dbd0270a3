"""The correction itself: one request about one dose or one set of identity facts."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.programs import Program
from citizens.models import Citizen
from corrections import access, lifecycle, ready_texts, reference
from corrections.clocks import deadlines, lateness
from corrections.lifecycle import Status
from corrections.models.filing import Filing
from corrections.searched import About, searched_labels
from doses.models import Dose
from organizations.models import Area, Organization
from vaxreg import db_time
from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED

if TYPE_CHECKING:
    from accounts.models import User

OPEN_STATUSES = sorted(lifecycle.OPEN)
CLOSED_STATUSES = sorted(lifecycle.CLOSED)
DECIDED_STATUSES = sorted(lifecycle.DECIDED)
NOT_SEARCHED = Q(searched=[], searched_words="")


class Kind(models.TextChoices):
    """What a correction is about."""

    WRONG_FIELDS = "wrong_fields", _("Wrong details of a dose")
    MISSING_DOSE = "missing_dose", _("Missing dose")
    NOT_MINE = "not_mine", _("This dose is somebody else’s")
    NEVER_GIVEN = "never_given", _("This dose was never given")
    DUPLICATE = "duplicate", _("The same dose stands twice")
    IDENTITY = "identity", _("Wrong personal details")
    SPLIT_RECORD = "split_record", _("Records split in two")


# Kinds about a recorded dose that remove it from the record.
REMOVING_KINDS = (Kind.NOT_MINE, Kind.NEVER_GIVEN, Kind.DUPLICATE)
DOSE_KINDS = (Kind.WRONG_FIELDS, *REMOVING_KINDS)
# Kinds about who a person is, not about a dose.
IDENTITY_KINDS = (Kind.IDENTITY, Kind.SPLIT_RECORD)


class DecisionSource(models.TextChoices):
    """What decided a correction instead of a person."""

    POPULATION = "population", _("National Population Database")


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: "User") -> Self:
        """Corrections this user may see at all; a page about any other one is 404."""
        return self.filter(access.visible_to(user))

    def of(self, citizen: Citizen) -> Self:
        """About this person, whichever part of a merged record it was filed for."""
        return self.filter(citizen__in=Citizen.objects.whole(citizen))

    def open_about(self, citizen: Citizen, subject: str) -> Self:
        """Open corrections about the same subject of this person: one at most."""
        return self.of(citizen).open().filter(subject=subject)

    def of_own_records(self, user: "User") -> Self:
        """Of the records this user owns or is guardian of."""
        return self.filter(access.of_own_records(user))

    def readable_by(self, user: "User", program: Program | None) -> Self:
        """Of one's own records, for an interface; to a program, of those that it may open."""
        found = self.of_own_records(user)
        if program is None:
            return found
        found = found.without_restricted()
        if program.people is None:
            return found
        kept, merged = Q(citizen__in=program.people), Q(citizen__merged_into__in=program.people)
        return found.filter(kept | merged)

    def without_restricted(self) -> Self:
        """Those about records that partner programs may read."""
        return self.exclude(citizen__in=Citizen.objects.restricted().values("pk"))

    def on_desks_of(self, user: "User") -> Self:
        """Held by an organization in which the user works as a reviewer."""
        return self.filter(access.on_desks_of(user))

    def in_pools_of(self, user: "User", hotlines: Collection[int] | None = None) -> Self:
        """Without a site, held by organizations of the user or below them; see `access`."""
        return self.filter(access.in_pools_of(user, hotlines))

    def heard_of(self, user: "User") -> Self:
        """Those an agent of the hotline may look up for a caller, masked; none for other users."""
        return self.filter(access.for_hotline_agent(user))

    def open(self) -> Self:
        """Not decided yet. Repeats the condition of the partial indexes, so that they are used."""
        return self.filter(status__in=OPEN_STATUSES)

    def with_dismissal(self) -> Self:
        """Annotates `is_dismissed`: the citizen has put away the answer as it stands now."""
        newest = (
            apps.get_model("corrections.Dismissal")
            .objects.filter(correction=OuterRef("pk"), version=OuterRef("version"))
            .order_by("-pk")
            .values("is_dismissed")[:1]
        )
        return self.annotate(is_dismissed=Coalesce(Subquery(newest), False))

    def not_put_away(self) -> Self:
        """Those whose answer, as it stands now, the citizen has not put away."""
        return self.with_dismissal().exclude(Q(("is_dismissed", True)))

    def without_newer(self) -> Self:
        """Without those about whose subject a newer proposal is open."""
        newer = Correction.objects.open().filter(
            citizen=OuterRef("citizen"), subject=OuterRef("subject")
        )
        return self.exclude(Exists(newer.exclude(pk=OuterRef("pk"))))

    def closed(self) -> Self:
        return self.filter(status__in=CLOSED_STATUSES)

    def running(self) -> Self:
        """Open, with a clock that is not paused."""
        return self.open().filter(lateness.RUNNING)

    def paused(self) -> Self:
        """Open, with a clock that is paused until the citizen answers."""
        return self.open().filter(paused_at__isnull=False)

    def overdue(self) -> Self:
        """Running and past due by the database's time; correct even when no background job runs."""
        return self.open().filter(lateness.overdue(db_time.sql_now()))

    def due_soon(self) -> Self:
        """Running, in time, and due within the next 12 hours."""
        return self.open().filter(lateness.soon(db_time.sql_now()))

    def in_time(self) -> Self:
        """Running with more than 12 hours left."""
        return self.open().filter(lateness.in_time(db_time.sql_now()))


class Correction(models.Model):
    """One request about one dose, or one set of identity facts, of one citizen."""

    Source = DecisionSource

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=reference.new_reference)
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="corrections")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="corrections")
    kind = models.CharField(max_length=16, choices=Kind)
    # The disputed dose; for a missing dose, the one that was added on acceptance.
    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    # The key of what is disputed: "dose:17", "missing:primary-2"; one open correction per subject.
    subject = models.CharField(max_length=64)
    # Facts by field name (facts.py): recorded at the time of filing, proposed, decided.
    recorded = SealedJSONField(sealed=SEALED, default=dict)
    proposed = SealedJSONField(sealed=SEALED, default=dict)
    decided = SealedJSONField(sealed=SEALED, null=True, blank=True)
    # The site of a missing dose, as far as the citizen knows it.
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
    # No index of its own: it would grow with every decided case, and the partial indexes below
    # (open, decided) serve all queries by holder.
    holder = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="held",
        db_index=False,
    )
    # Why this organization holds it: one sentence per language, written when it was routed.
    routing_reason = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    # Copies of the running clock (models/clocks.py), for the indexes and for overdue().
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    # When a health officer last reminded the holder; a copy from the event.
    reminded_at = models.DateTimeField(null=True, blank=True)
    # While a question waits: the moment at which the case expires.
    answer_by = models.DateTimeField(null=True, blank=True)
    # On appeal: the next level up decides (Party.APPEAL_REVIEWER).
    on_appeal = models.BooleanField(default=False)
    # How often a site passed it on as "not ours"; the third time it goes to the district.
    bounces = models.PositiveSmallIntegerField(default=0)
    # Set while it is in the pool of an area, its site unknown: by then a site must be found.
    triage_due_at = models.DateTimeField(null=True, blank=True)
    # Warnings that the citizen saw and did not follow: codes with values.
    warnings = models.JSONField(default=list, blank=True)

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    picked_up_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What decided it, where no person did.
    decided_source = models.CharField(
        max_length=12, blank=True, default="", db_default="", choices=DecisionSource
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    ground = models.CharField(
        max_length=32,
        blank=True,
        choices=[(g.value, label) for g, label in lifecycle.GROUND_LABELS.items()],
    )
    # Where was searched, if it cannot be confirmed: names of searched.Searched, and other words.
    searched = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    searched_words = models.CharField(max_length=200, blank=True, db_default="")
    # The sentence for the citizen, written with the decision.
    remark = models.TextField(blank=True)
    # A decision that waits for a second person: who made it; the verb to call with its parameters.
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pending = SealedJSONField(sealed=SEALED, null=True, blank=True)
    # When the citizen confirmed that the record is right now.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Raised by every change: a page with an older number cannot overwrite anything.
    version = models.PositiveIntegerField(default=1)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        indexes = [
            # It includes what the tabs and the numbers in the header ask, so that they are counted
            # from the index alone.
            models.Index(
                fields=["holder", "due_at", "id"],
                include=["status", "paused_at", "reviewer", "first_by"],
                condition=Q(status__in=OPEN_STATUSES),
                name="correction_queue",
            ),
            # The same without the holder, for users who oversee large parts of the country.
            models.Index(
                fields=["due_at", "id"],
                include=["holder", "kind", "paused_at"],
                condition=Q(status__in=OPEN_STATUSES),
                name="correction_due",
            ),
            # For the sweep and the pools: old claims, expired questions, cases without a site.
            models.Index(
                fields=["picked_up_at"],
                condition=Q(status=Status.IN_REVIEW),
                name="correction_claims",
            ),
            models.Index(
                fields=["answer_by"],
                condition=Q(answer_by__isnull=False),
                name="correction_questions",
            ),
            models.Index(
                fields=["holder", "triage_due_at"],
                include=["status"],
                condition=Q(triage_due_at__isnull=False),
                name="correction_pool",
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
                condition=Q(status__in=DECIDED_STATUSES, decided_at__isnull=False)
                & (
                    Q(decided_by__isnull=False, decided_source="")
                    | (Q(decided_by=None) & ~Q(decided_source=""))
                )
                | (
                    ~Q(status__in=DECIDED_STATUSES)
                    & Q(decided_at=None, decided_by=None, decided_source="")
                ),
                name="correction_decided_who_and_when",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.REFUSED) & ~Q(ground=""))
                | Q(status__in=[Status.UPHELD, Status.DISAGREED])
                | (~Q(status__in=[Status.REFUSED, Status.UPHELD, Status.DISAGREED]) & Q(ground="")),
                name="correction_ground_iff_turned_down",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.CANNOT_CONFIRM) & ~NOT_SEARCHED)
                | Q(status=Status.DISAGREED)
                | (~Q(status__in=[Status.CANNOT_CONFIRM, Status.DISAGREED]) & NOT_SEARCHED),
                name="correction_searched_iff_cannot_confirm",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WAITING, answer_by__isnull=False)
                | (~Q(status=Status.WAITING) & Q(paused_at=None, answer_by=None)),
                name="correction_paused_only_while_asked",
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.TO_COUNTERSIGN, first_by__isnull=False, pending__isnull=False
                )
                | (~Q(status=Status.TO_COUNTERSIGN) & Q(first_by=None, pending=None)),
                name="correction_first_signature_iff_to_countersign",
            ),
            models.CheckConstraint(
                condition=Q(triage_due_at=None) | Q(status__in=OPEN_STATUSES),
                name="correction_in_the_pool_only_while_open",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None)
                | Q(status__in=[Status.ACCEPTED, Status.PARTLY_ACCEPTED, Status.DISAGREED]),
                name="correction_confirmed_only_once_accepted",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[Status.RECEIVED, Status.WITHDRAWN], holder=None)
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
                condition=~Q(kind__in=DOSE_KINDS) | Q(dose__isnull=False),
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
        return self.status in lifecycle.OPEN

    def is_overdue(self, now: datetime | None = None) -> bool:
        """Open, not paused, and past due; exactly at due it is still on time."""
        return (
            self.is_open
            and self.paused_at is None
            and deadlines.is_overdue(self.due_at, now or db_time.now())
        )

    def reminded_lately(self, now: datetime) -> bool:
        """A health officer reminded the holder within 24 hours; equals lateness.reminded()."""
        return self.reminded_at is not None and self.reminded_at > now - deadlines.REPEAT_AFTER

    @property
    def about(self) -> About:
        """What a reviewer looks for in the site's papers."""
        if self.kind in IDENTITY_KINDS:
            return About.PERSON
        return About.MISSING_DOSE if self.kind == Kind.MISSING_DOSE else About.RECORDED_DOSE

    @property
    def is_turned_down(self) -> bool:
        """The decision in force leaves the record as it is: refused, or cannot be confirmed."""
        return bool(self.ground or self.searched or self.searched_words)

    @property
    def searched_shown(self) -> list[str]:
        """Where was searched, as text; empty unless it was decided as "cannot be confirmed"."""
        return searched_labels(self.searched, self.searched_words)

    @property
    def reported_as(self) -> str:
        """The option on the first page of filing with which the same subject is reported again."""
        if self.kind in IDENTITY_KINDS:
            return self.kind
        return str(self.dose.public_id) if self.dose else "missing"

    @property
    def waits_for_identity_check(self) -> bool:
        """It cannot be accepted before somebody compared the facts with an identity paper."""
        return self.is_open and self.kind in IDENTITY_KINDS

    @property
    def reason_shown(self) -> str:
        """The routing reason in the reader's language."""
        return str(self.routing_reason.get(get_language() or "vi", ""))

    @property
    def remark_shown(self) -> str:
        """What the desk wrote about its decision, for a reader: see ready_texts."""
        return ready_texts.in_readers_language(self.remark)
