"""Copies that people took of their data, and their requests to restrict its use or to object."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.access import parts_of_records_of
from citizens.models import Citizen
from organizations.models import Membership, Organization

if TYPE_CHECKING:
    from accounts.models import User


class Download(models.Model):
    """A copy of one record that somebody who may open it took. Append-only."""

    class Form(models.TextChoices):
        JSON = "json", _("For programs (JSON)")
        PDF = "pdf", _("For reading and printing (PDF)")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, related_name="+", verbose_name=_("citizen")
    )
    form = models.CharField(_("form"), max_length=4, choices=Form)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.form} {self.at:%Y-%m-%d %H:%M}"


class RequestState(StrEnum):
    """Where a request stands; read off its columns, never stored."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    EXTENDED = "extended"
    REFUSED = "refused"
    COMPLETED = "completed"


STATE_LABELS = {
    RequestState.RECEIVED: _("Received"),
    RequestState.ACCEPTED: _("Accepted, being carried out"),
    RequestState.EXTENDED: _("Accepted, needs more time"),
    RequestState.REFUSED: _("Refused"),
    RequestState.COMPLETED: _("Carried out"),
}


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user: "User") -> Self:
        """Requests held by organizations that the user oversees as a health officer."""
        reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
        return self.filter(holder__in=reach.order_by().values("pk"))

    def of_own_records(self, user: "User") -> Self:
        """Requests about the records that the user may open."""
        return self.filter(citizen__in=parts_of_records_of(user).values("pk"))

    def unfinished(self) -> Self:
        """Those that somebody still has to answer or to carry out."""
        return self.filter(completed_at=None).exclude(is_accepted=False)

    def by_urgency(self) -> Self:
        """Those that are due first come first; the answer is due before all else."""
        due = models.Case(
            models.When(answered_at=None, then=F("answer_due_at")), default=F("due_at")
        )
        return self.annotate(next_due_at=due).order_by("next_due_at", "id")


class DataRequest(models.Model):
    """A person asks that a record is used for less, or objects to a use of it.

    Decree 356/2025/NĐ-CP: answered within two working days, carried out within the days of
    `own_data.clock`; one extension, with a reason.
    """

    class Kind(models.TextChoices):
        RESTRICTION = "restriction", _("Use it for less")
        OBJECTION = "objection", _("Object to a use")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, related_name="data_requests", verbose_name=_("citizen")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="data_requests",
        verbose_name=_("asked by"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    # What the person wants, and why, in their own words.
    what = models.TextField(_("what"))
    why = models.TextField(_("why"))
    # Whose officers answer: of the district or province of the person's area, or the ministry's.
    holder = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="data_requests",
        verbose_name=_("answered by"),
    )
    received_at = models.DateTimeField(_("received at"))
    answer_due_at = models.DateTimeField(_("answer due at"))
    due_at = models.DateTimeField(_("due at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    is_accepted = models.BooleanField(_("accepted"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True)
    extended_at = models.DateTimeField(_("extended at"), null=True, blank=True)
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    extension_reason = models.TextField(_("reason of the extension"), blank=True)
    completed_at = models.DateTimeField(_("carried out at"), null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    # What was done, in words.
    result = models.TextField(_("what was done"), blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "kind"],
                condition=Q(completed_at=None) & (Q(is_accepted=None) | Q(is_accepted=True)),
                name="data_request_one_open_of_a_kind",
                violation_error_message=_("There is an open request of this kind already."),
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, is_accepted=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False, is_accepted=True)
                | (
                    Q(answered_at__isnull=False, answered_by__isnull=False, is_accepted=False)
                    & ~Q(answer="")
                ),
                name="data_request_answered_who_when_how",
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, extended_by=None, extension_reason="")
                | (
                    Q(extended_at__isnull=False, extended_by__isnull=False, is_accepted=True)
                    & ~Q(extension_reason="")
                ),
                name="data_request_extended_who_when_why",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None, completed_by=None, result="")
                | (
                    Q(completed_at__isnull=False, completed_by__isnull=False, is_accepted=True)
                    & ~Q(result="")
                ),
                name="data_request_completed_who_when_what",
            ),
            models.CheckConstraint(
                condition=Q(answer_due_at__gt=F("received_at"), due_at__gt=F("received_at")),
                name="data_request_due_after_receipt",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def state(self) -> RequestState:
        """Where it stands now."""
        if self.answered_at is None:
            return RequestState.RECEIVED
        if not self.is_accepted:
            return RequestState.REFUSED
        if self.completed_at is not None:
            return RequestState.COMPLETED
        return RequestState.EXTENDED if self.extended_at else RequestState.ACCEPTED

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(STATE_LABELS[self.state])

    @property
    def is_unfinished(self) -> bool:
        """Somebody still has to answer it or to carry it out."""
        return self.state not in (RequestState.REFUSED, RequestState.COMPLETED)

    @property
    def next_due(self) -> datetime:
        """By when the next step is due."""
        return self.answer_due_at if self.answered_at is None else self.due_at

    @property
    def was_late(self) -> bool:
        """It was answered or carried out after its deadline, whatever came later."""
        answered, done = self.answered_at, self.completed_at
        return bool((answered and answered > self.answer_due_at) or (done and done > self.due_at))

    def is_overdue(self, now: datetime) -> bool:
        """The next step was due before now; exactly at due it is still on time."""
        return self.is_unfinished and now > self.next_due
