"""Files of doses that sites have sent, the columns they use, and what became of each row."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen, Sex
from doses.models import Dose, Vaccine
from matching.joining import NumberProof
from organizations.models import Area, Membership, Organization
from recording.imports.sent_file import SentFile
from vaxreg.encryption import BlindIndexField, EncryptedBytesField
from vaxreg.fields import EncryptedIdNumberField
from vaxreg.id_numbers import NUMBER_LABEL
from vaxreg.typed.dates import Precision

if TYPE_CHECKING:
    from accounts.models import User

# Who records doses at a site, and so may import them.
RECORDING_ROLES = (Membership.Role.REVIEWER, Membership.Role.LEAD)


class DoseImportQuerySet(models.QuerySet["DoseImport"]):
    def visible_to(self, user: "User") -> Self:
        """Imports of the sites at which the user records doses."""
        sites = Organization.objects.within_reach(user, *RECORDING_ROLES)
        return self.filter(organization__in=sites.values("pk"))

    def at_work(self) -> Self:
        """Imports that a worker should go on with."""
        return self.filter(state__in=DoseImport.AT_WORK)


class DoseImport(SentFile):
    """One file of doses of one site. Its rows are tried first, then written, and may be undone."""

    class State(models.TextChoices):
        # The columns and open questions wait for an answer.
        ASKED = "asked", _("columns to be confirmed")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, nothing written yet")
        APPLYING = "applying", _("being written")
        APPLIED = "applied", _("written")
        UNDONE = "undone", _("undone")
        CANCELLED = "cancelled", _("cancelled")

    AT_WORK: ClassVar[tuple[str, ...]] = (State.CHECKING, State.APPLYING)
    OVER: ClassVar[tuple[str, ...]] = (State.APPLIED, State.UNDONE, State.CANCELLED)

    # Where the numbers come from: by it rows join records without a person who looks.
    number_proof = models.CharField(max_length=8, choices=NumberProof, default=NumberProof.TYPED)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ASKED)
    # Of a trial whose lines are all read: the last person whose rows were held against their doses.
    judged_to = models.BigIntegerField(null=True)

    objects: ClassVar[DoseImportQuerySet] = DoseImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("import of doses")
        verbose_name_plural = _("imports of doses")
        ordering = ["-made_at"]
        indexes = [
            models.Index(
                fields=["state"],
                condition=Q(state__in=["checking", "applying"]),
                name="dose_import_at_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.state}"

    @property
    def is_at_work(self) -> bool:
        return self.state in self.AT_WORK


class ImportPart(models.Model):
    """A part of the file itself, encrypted: its cells hold ID numbers."""

    dose_import = models.ForeignKey(DoseImport, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = EncryptedBytesField()

    class Meta:
        verbose_name = _("part of a file of doses")
        verbose_name_plural = _("parts of files of doses")
        ordering = ["dose_import_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dose_import", "number"], name="import_part_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dose_import_id} · {self.number}"


class HeaderMapping(models.Model):
    """The columns that a site has confirmed for a header, for its next file."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # The headers in keys of words, as a hash (reading.headings.Header.signature).
    signature = models.CharField(max_length=32)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = _("columns of a site’s files")
        verbose_name_plural = _("columns of sites’ files")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "signature"], name="header_mapping_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} · {self.signature}"


class ImportedRow(models.Model):
    """One row of a file: what it says, what becomes of it, and the dose that it wrote.

    Written by `checking` with COPY, by `applying` and `undoing` in SQL. Foreign keys without a
    constraint: each would cost a look-up for each of a million rows.
    """

    class Verdict(models.TextChoices):
        ERROR = "error", _("left out")
        DECIDE = "decide", _("to be decided")
        UPDATE = "update", _("updates a dose")
        NEW = "new", _("new dose")
        ON_RECORD = "on_record", _("on record already")
        SKIPPED = "skipped", _("left out by you")

    class Joined(models.TextChoices):
        """How the person was found."""

        NO = "", _("not found")
        PROVEN = "proven", _("number from the card, name and date of birth are the same")
        EXACT = "exact", _("typed number, name and date of birth are the same")
        DECIDED = "decided", _("chosen by staff")
        NEW = "new", _("a new record")

    dose_import = models.ForeignKey(
        DoseImport, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    # As Excel numbers it.
    line = models.PositiveIntegerField(_("line"))
    verdict = models.CharField(_("verdict"), max_length=9, choices=Verdict)
    # "column|code|value" each: see `findings`.
    findings = ArrayField(models.CharField(max_length=120))
    has_warning = models.BooleanField()
    # What is doubtful about the dose: [{"code", "field", "values"}], as `doses.plausibility` says.
    doubts = models.JSONField(default=list, db_default=[])
    full_name = models.CharField(max_length=120, blank=True)
    date_of_birth = models.DateField(null=True)
    birth_precision = models.CharField(max_length=5, choices=Precision, blank=True)
    sex = models.CharField(max_length=8, choices=Sex, blank=True)
    number = EncryptedIdNumberField(null=True)
    number_hash = BlindIndexField(of="number", label=NUMBER_LABEL, null=True)  # type: ignore[misc]
    phone = models.CharField(max_length=16, blank=True)
    area = models.ForeignKey(
        Area,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    vaccine = models.ForeignKey(
        Vaccine,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    given_on = models.DateField(null=True)
    lot = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=10, choices=Dose.Kind, blank=True)
    ordinal = models.PositiveSmallIntegerField(null=True)
    venue = models.CharField(max_length=120, blank=True)
    given_time = models.TimeField(null=True)
    given_by = models.CharField(max_length=120, blank=True)
    # Rows of one person have the same: a hash of number, name and date of birth.
    person_key = models.BigIntegerField(null=True)
    joined = models.CharField(max_length=7, choices=Joined, blank=True)
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # Records that may be this person's, the likeliest first.
    candidates = ArrayField(models.BigIntegerField(), default=list)
    # The dose on record or written, and the revision that this row wrote; 0: none.
    dose = models.ForeignKey(
        Dose,
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    revision = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("row of a file of doses")
        verbose_name_plural = _("rows of files of doses")
        ordering = ["dose_import_id", "line"]
        indexes = [
            # The rows to be written, person by person: of a record, or of somebody new.
            models.Index(
                "dose_import",
                Coalesce("citizen", "person_key"),
                condition=Q(verdict__in=["new", "update"]),
                name="imported_row_person",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dose_import", "line"], name="imported_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dose_import_id} · {self.line}"
