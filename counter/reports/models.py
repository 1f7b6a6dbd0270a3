"""Files of reports that offices have sent, and what became of each row."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, Sex
from corrections.models import Correction, FilingChannel, Kind
from counter.offices import offices_of
from doses.models import Dose
from organizations.models import Organization
from organizations.queries import with_predecessors
from recording.imports.sent_file import SentFile
from vaxreg.encryption import EncryptedBytesField, SealedJSONField
from vaxreg.fields import EncryptedIdNumberField
from vaxreg.id_numbers import SEALED
from vaxreg.typed.dates import Precision

if TYPE_CHECKING:
    from accounts.models import User


class ReportFileQuerySet(models.QuerySet["ReportFile"]):
    def visible_to(self, user: "User") -> Self:
        """Files of the offices in which the user works, those of closed predecessors included."""
        offices = with_predecessors(offices_of(user)).order_by()
        return self.filter(organization__in=offices.values("pk"))

    def at_work(self) -> Self:
        """Files that a worker should go on with."""
        return self.filter(state__in=ReportFile.AT_WORK)


class ReportFile(SentFile):
    """One file of reports of one office. Its rows are tried, become cases, and may be taken back."""

    class State(models.TextChoices):
        # The columns and open questions wait for an answer.
        ASKED = "asked", _("columns to be confirmed")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, nothing recorded yet")
        APPLYING = "applying", _("being recorded")
        APPLIED = "applied", _("recorded")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        CANCELLED = "cancelled", _("cancelled")

    AT_WORK: ClassVar[tuple[str, ...]] = (State.CHECKING, State.APPLYING, State.UNDOING)
    OVER: ClassVar[tuple[str, ...]] = (State.APPLIED, State.UNDONE, State.CANCELLED)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)

    objects: ClassVar[ReportFileQuerySet] = ReportFileQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("file of reports")
        verbose_name_plural = _("files of reports")
        ordering = ["-made_at"]
        indexes = [
            models.Index(
                fields=["state"],
                condition=Q(state__in=["checking", "applying", "undoing"]),
                name="report_file_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.state}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK

    @property
    def counts_shown(self) -> list[dict[str, object]]:
        """The number of rows by what became of them, in words."""
        verdicts = ReportRow.Verdict
        known = [(str(one.label), self.counts.get(one.value, 0)) for one in verdicts]
        return [{"label": label, "count": count} for label, count in known if count]


class ReportPart(models.Model):
    """A part of the file itself, encrypted: its cells hold ID numbers and people's words."""

    report_file = models.ForeignKey(ReportFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = EncryptedBytesField()

    class Meta:
        verbose_name = _("part of a file of reports")
        verbose_name_plural = _("parts of files of reports")
        ordering = ["report_file_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report_file", "number"], name="report_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_file_id} · {self.number}"


class ReportRow(models.Model):
    """One row of a file: what somebody told the office, what becomes of it, and its case."""

    class Verdict(models.TextChoices):
        ERROR = "error", _("left out")
        DECIDE = "decide", _("to be decided")
        NEW = "new", _("becomes a case")
        ON_RECORD = "on_record", _("reported already")
        SKIPPED = "skipped", _("left out by you")
        FILED = "filed", _("recorded")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Joined(models.TextChoices):
        """How the person was found."""

        NO = "", _("not found")
        EXACT = "exact", _("number, name and date of birth are the same")
        DECIDED = "decided", _("chosen by staff")
        NEW = "new", _("a new record")

    report_file = models.ForeignKey(
        ReportFile, on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    # As Excel numbers it.
    line = models.PositiveIntegerField(_("line"))
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict)
    # "column|code|value" each: see `findings`.
    findings = ArrayField(models.CharField(max_length=120))
    has_warning = models.BooleanField()
    full_name = models.CharField(max_length=120, blank=True)
    date_of_birth = models.DateField(null=True)
    birth_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    sex = models.CharField(max_length=8, choices=Sex, blank=True)
    number = EncryptedIdNumberField(null=True)
    phone = models.CharField(max_length=16, blank=True)
    channel = models.CharField(max_length=8, choices=FilingChannel, blank=True)
    # Midnight where the file gives a day without a time.
    told_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=16, choices=Kind, blank=True)
    # By what the recorded dose is found.
    position = models.CharField(max_length=12, blank=True)
    given_on = models.DateField(null=True)
    proposed = SealedJSONField(sealed=SEALED, default=dict)
    site = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    site_text = models.CharField(max_length=200, blank=True)
    words = models.TextField(blank=True)
    # Rows of one person have the same: a hash of number, name and date of birth.
    person_key = models.BigIntegerField(null=True)
    joined = models.CharField(max_length=7, choices=Joined, blank=True)
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Records that may be this person's, the likeliest first.
    candidates = ArrayField(models.BigIntegerField(), default=list)
    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What is disputed, as the case will say it; "" while nobody knows which dose it is.
    subject = models.CharField(max_length=64, blank=True)
    # The case that this row became: one at most, and no other row's.
    correction = models.OneToOneField(
        Correction, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("row of a file of reports")
        verbose_name_plural = _("rows of files of reports")
        ordering = ["report_file_id", "line"]
        constraints = [
            models.UniqueConstraint(fields=["report_file", "line"], name="report_row_once"),
            models.CheckConstraint(
                condition=Q(verdict__in=["filed", "withdrawn"], correction__isnull=False)
                | (~Q(verdict__in=["filed", "withdrawn"]) & Q(correction=None)),
                name="report_row_recorded_has_a_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_file_id} · {self.line}"
