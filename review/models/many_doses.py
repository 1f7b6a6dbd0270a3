"""One act with which a site puts many of its doses right, and what becomes of each of them."""

import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from doses.models import Dose
from organizations.models import Organization
from recording.imports.models import RECORDING_ROLES

if TYPE_CHECKING:
    from accounts.models import User


class ManyChangeQuerySet(models.QuerySet["ManyChange"]):
    def visible_to(self, user: "User") -> Self:
        """The acts of the user's sites, and those that gave doses to one of them."""
        sites = Organization.objects.within_reach(user, *RECORDING_ROLES).values("pk")
        came = Q(receiver__in=sites, state__in=ManyChange.BEGUN)
        return self.filter(Q(organization__in=sites) | came)

    def of_sites_of(self, user: "User") -> Self:
        """The acts of the user's own sites, which the user may take a step further."""
        sites = Organization.objects.within_reach(user, *RECORDING_ROLES).values("pk")
        return self.filter(organization__in=sites)

    def at_work(self) -> Self:
        """Acts that a worker should go on with."""
        return self.filter(state__in=ManyChange.AT_WORK)


class ManyChange(models.Model):
    """The same change of many doses of one site: chosen, checked, done, perhaps undone.

    Never deleted. changes: the right facts by field, as corrections store them. chosen: by what the
    doses were found, for the page; no ID numbers.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, nothing changed yet")
        WAITING = "waiting", _("waits for a second person")
        APPLYING = "applying", _("being changed")
        STOPPED = "stopped", _("stopped before the end")
        DONE = "done", _("put right")
        # The doses have their old facts again; the people are being told.
        UNDOING = "undoing", _("undone, the people are being told")
        UNDONE = "undone", _("undone")
        CANCELLED = "cancelled", _("cancelled")

    AT_WORK: ClassVar[tuple[str, ...]] = (State.CHECKING, State.APPLYING, State.UNDOING)
    BEGUN: ClassVar[tuple[str, ...]] = (State.STOPPED, State.DONE, State.UNDOING, State.UNDONE)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The site that gave the doses after all, if they stood at the wrong one.
    receiver = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    chosen = models.JSONField()
    changes = models.JSONField()
    why = models.CharField(max_length=500)
    # Why a second person is asked, by the rules in force when it was checked.
    reasons = models.JSONField(default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    # Of the present step: its doses, those that are done, and when it began.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    step_began_at = models.DateTimeField(db_default=Now())
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    applied_at = models.DateTimeField(null=True)
    # Cancelled or undone.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[ManyChangeQuerySet] = ManyChangeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("change of many doses by their site")
        verbose_name_plural = _("changes of many doses by their sites")
        ordering = ["-made_at", "-id"]
        indexes = [
            models.Index(fields=["organization", "made_at"], name="many_change_of_site"),
            models.Index(
                fields=["receiver", "made_at"],
                condition=Q(receiver__isnull=False),
                name="many_change_to_site",
            ),
            models.Index(
                fields=["state"],
                condition=Q(state__in=["checking", "applying", "undoing"]),
                name="many_change_at_work",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="many_change_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class ManyChangeDose(models.Model):
    """One dose of such an act, or a line of a list for which no dose was found. Never deleted.

    revision: that of the dose when it was checked. written, undone: the revisions that the act and
    its undoing wrote; 0: none. doubts: [code, field, values] of each.
    """

    class Verdict(models.TextChoices):
        UNCHECKED = "unchecked", _("not checked yet")
        CHANGE = "change", _("to be changed")
        SAME = "same", _("stands there so already")
        REFUSED = "refused", _("not possible")
        CHANGED = "changed", _("put right")
        UNDONE = "undone", _("as it was before")

    class Reason(models.TextChoices):
        NONE = "", ""
        NOT_FOUND = "not_found", _("no dose of your site fits this number")
        NO_NUMBER = "no_number", _("no number can be read here")
        IN_ERROR = "in_error", _("taken out of the record")
        FAMILY = "family", _("your own record or your family’s: a colleague must do this one")
        SECOND_FAMILY = "second_family", _("the record or family of the second person")
        CASE = "case", _("a case about it is open; decide it there")
        WAITS = "waits", _("another change of it waits for a second person")
        IMPOSSIBLE = "impossible", _("impossible")
        ON_RECORD = "on_record", _("this very dose is on the record already")
        SEVERAL = "several", _("several doses of this person fit")
        OVERTAKEN = "overtaken", _("changed by somebody since it was checked")
        NEW_DOUBTS = "new_doubts", _("other doubts than those that were shown")
        ELSEWHERE = "elsewhere", _("not a dose of your site any more")
        BY_DATABASE = "by_database", _("the register does not take it")

    change = models.ForeignKey(
        ManyChange, on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    line = models.PositiveIntegerField()
    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What a list says where no dose was found, masked.
    listed = models.CharField(max_length=40, blank=True)
    left_out = models.BooleanField(default=False)
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.UNCHECKED)
    reason = models.CharField(max_length=13, choices=Reason, blank=True, default=Reason.NONE)
    # The reference of the case that is open.
    reference = models.CharField(max_length=16, blank=True)
    doubts = models.JSONField(default=list)
    revision = models.PositiveSmallIntegerField(default=0)
    written = models.PositiveSmallIntegerField(default=0)
    # A case about the dose was there before the act: such a one does not rest on it.
    had_case = models.BooleanField(default=False)
    undone = models.PositiveSmallIntegerField(default=0)
    undone_told = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("dose of a change of many")
        verbose_name_plural = _("doses of changes of many")
        ordering = ["change_id", "line"]
        constraints = [
            models.UniqueConstraint(fields=["change", "line"], name="many_change_line_once"),
            models.UniqueConstraint(
                fields=["change", "dose"],
                condition=Q(dose__isnull=False),
                name="many_change_dose_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change_id} · {self.line}"
