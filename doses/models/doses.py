"""Doses, and every revision of a dose.

With 90 million rows an index takes gigabytes: a foreign key has one only if a query needs it and
no wider index begins with the same column.
"""

import uuid
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now, Trim, Upper
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen
from doses.models.sessions import VaccinationSession
from doses.models.vaccines import DoseKind, Vaccine
from organizations.models import Organization
from vaxreg.typed import countries
from vaxreg.typed.countries import VIET_NAM

# The day of a change is a calendar day in Vietnam, in any time zone of the server.
DAY_OF_LAST_CHANGE = Func(
    F("revised_at"),
    template="(%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
    output_field=models.DateField(),
)


class DoseFacts(models.Model):
    """The facts of one dose; each revision keeps a full copy."""

    Kind = DoseKind

    class Status(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")

    class Provenance(models.TextChoices):
        SITE_ENTRY = "site_entry", _("Entered by the vaccination site")
        BACK_ENTRY = "back_entry", _("Entered later by the vaccination site")
        CORRECTION = "correction", _("Accepted proposal")
        PARTNER = "partner", _("Partner system")
        SELF_DECLARED = "self_declared", _("Self-declared")
        ABROAD = "abroad", _("From a certificate of another country")

    vaccine = models.ForeignKey(
        Vaccine,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("vaccine"),
        db_index=False,
    )
    given_on = models.DateField(_("given on"))
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given at"),
        db_index=False,
    )
    # The session in which it was given, where that is known.
    session = models.ForeignKey(
        VaccinationSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vaccination session"),
        db_index=False,
    )
    # Where, if not at the organization that gave it: a school, a factory.
    venue = models.CharField(_("venue"), max_length=120, blank=True, db_default="")
    # The hour in Viet Nam, or in the country where it was given.
    given_time = models.TimeField(_("time of day"), null=True, blank=True)
    # As on paper: whoever gave the dose need not have an account.
    given_by = models.CharField(_("given by"), max_length=120, blank=True, db_default="")
    # Of a dose given abroad: ISO 3166-1 alpha-2, the product as its paper says, who issued it.
    country = models.CharField(_("country"), max_length=2, default=VIET_NAM, db_default=VIET_NAM)
    product_abroad = models.CharField(
        _("product on the paper"), max_length=80, blank=True, db_default=""
    )
    issuer = models.CharField(_("issuer"), max_length=120, blank=True, db_default="")
    # Free text: manufacturers' formats differ, and the certificate of 2021 has no lot number.
    lot = models.CharField(_("lot"), max_length=64, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PRIMARY)
    ordinal = models.PositiveSmallIntegerField(
        _("ordinal"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.COMPLETED)
    provenance = models.CharField(_("provenance"), max_length=16, choices=Provenance)

    class Meta:
        abstract = True


class DoseQuerySet(models.QuerySet["Dose"]):
    def of(self, citizen: Citizen) -> Self:
        """The doses of a person, recorded in any part of a merged record."""
        return self.filter(citizen__in=Citizen.objects.whole(citizen))

    def completed(self) -> Self:
        """Doses that count: given, and not marked as entered in error."""
        return self.filter(status=Dose.Status.COMPLETED)

    def shown_to_citizen(self) -> Self:
        """The doses of a record page, oldest first, with related rows in one query."""
        return self.completed().select_related("vaccine", "organization").order_by("given_on", "id")


class Dose(DoseFacts):
    """One administered dose with its current facts; its revisions have the history.

    Written only by `doses.actions`: triggers refuse an update that does not increase `revision`
    by one, and any deletion (migration 0002).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="doses",
        verbose_name=_("citizen"),
        db_index=False,
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    revised_at = models.DateTimeField(_("last changed at"), db_default=Now())
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)

    objects = DoseQuerySet.as_manager()

    class Meta:
        verbose_name = _("dose")
        verbose_name_plural = _("doses")
        ordering = ["given_on", "id"]
        indexes = [
            models.Index(fields=["citizen", "given_on"], name="dose_citizen_given_on"),
            models.Index(fields=["organization", "given_on"], name="dose_organization_given_on"),
            models.Index(
                fields=["session"], condition=Q(session__isnull=False), name="dose_session"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["citizen", "given_on", "vaccine", "organization"],
                condition=Q(status="completed"),
                name="dose_once_per_day_vaccine_and_organization",
                violation_error_code="on_record",
                violation_error_message=_("This dose is on record already."),
            ),
            models.CheckConstraint(
                condition=Q(given_on__lte=DAY_OF_LAST_CHANGE),
                name="dose_not_given_in_the_future",
                violation_error_message=_("A dose cannot be given in the future."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["primary", "booster"], ordinal__range=(1, 3))
                | Q(kind="additional", ordinal=1),
                name="dose_ordinal_fits_kind",
                violation_error_message=_(
                    "There are at most three primary doses, one additional dose and three boosters."
                ),
            ),
            models.CheckConstraint(
                condition=Q(lot=Upper(Trim("lot"))),
                name="dose_lot_in_capitals",
                violation_error_message=_("A lot is stored in capitals, without spaces around it."),
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="dose_revision_from_one"),
            models.CheckConstraint(
                condition=Q(revised_at__gte=F("recorded_at")),
                name="dose_revised_after_it_was_recorded",
            ),
            models.CheckConstraint(
                condition=Q(country=VIET_NAM, organization__isnull=False)
                | (~Q(country=VIET_NAM) & Q(organization=None)),
                name="dose_abroad_has_no_organization",
                violation_error_message=_(
                    "A dose has a vaccination site in Viet Nam, or another country, not both."
                ),
            ),
            # Beside the rule above, which does not see doses without an organization.
            models.UniqueConstraint(
                fields=["citizen", "given_on", "vaccine", "country"],
                condition=Q(status="completed", organization=None),
                name="dose_abroad_once_per_day_and_vaccine",
                violation_error_code="on_record",
                violation_error_message=_("This dose is on record already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def place(self) -> str:
        """Where it was given, in words: the organization, or the country."""
        if self.organization is not None:
            return self.organization.name
        country = countries.name_of(self.country)
        return f"{country} · {self.issuer}" if self.issuer else country


class DoseRevision(DoseFacts):
    """The facts of a dose since one moment, with who changed them and why. Append-only."""

    dose = models.ForeignKey(
        Dose,
        on_delete=models.PROTECT,
        related_name="revisions",
        verbose_name=_("dose"),
        db_index=False,
    )
    number = models.PositiveSmallIntegerField(_("revision"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    by_organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by organization"),
        db_index=False,
    )
    why = models.CharField(_("why"), max_length=500, blank=True)
    correction_reference = models.CharField(_("correction"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("revision of a dose")
        verbose_name_plural = _("revisions of doses")
        ordering = ["dose_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dose", "number"], name="dose_revision_number"),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="dose_revision_number_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dose_id} · {self.number}"
