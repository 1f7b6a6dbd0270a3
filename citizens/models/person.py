"""Citizens: the facts that identify them, and all former versions of these facts."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from citizens.models.documents import IdentityDocument, IdentityDocumentQuerySet
from citizens.models.links import RecordLink, RecordLinkQuerySet
from citizens.models.restrictions import Restriction
from organizations.models import Area, Organization
from vaxreg.encryption import is_encrypted
from vaxreg.fields import EncryptedIdNumberField, SearchKeyField
from vaxreg.typed import countries
from vaxreg.typed.birth_dates import FIRST_DAY_STORED, BirthDate
from vaxreg.typed.dates import Precision
from vaxreg.typed.names import HAS_A_LETTER, NOT_IN_A_NAME

if TYPE_CHECKING:
    from accounts.models import User

PHONE_PATTERN = r"^(\+[1-9]\d{7,14})?$"


DAY_OF_ENTRY = Func(
    F("created_at"),
    template="(%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
    output_field=models.DateField(),
)
# Names are stored in Unicode's composed form (NFC); macOS and iOS send the other one.
NAME_IS_COMPOSED = Func(
    F("full_name"),
    template="%(expressions)s IS NFC NORMALIZED",
    output_field=models.BooleanField(),
)


class Sex(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")
    UNKNOWN = "unknown", _("Not recorded")


class Identity(models.Model):
    """The facts that identify a citizen; each revision keeps a full copy."""

    full_name = models.CharField(_("full name"), max_length=120)
    # The first day that it may be, when the year or the month alone is known.
    date_of_birth = models.DateField(_("date of birth"))
    birth_precision = models.CharField(
        _("what is known of the date of birth"),
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
    )
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    # The current one of the person's documents, which alone are searched (citizens/models/documents).
    id_number = EncryptedIdNumberField(_("ID number"), null=True, blank=True)
    # A number that somebody typed who started a record proves nothing, and blocks nobody.
    id_number_proven = models.BooleanField(_("ID number proven"), default=True, db_default=True)
    # ISO 3166-1 alpha-2.
    nationality = models.CharField(
        _("nationality"),
        max_length=2,
        default=countries.VIET_NAM,
        db_default=countries.VIET_NAM,
    )
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    workplace = models.CharField(_("workplace"), max_length=160, blank=True)
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
        db_index=False,
    )
    # The kept record of the same person, of which this one is a part; this row is not changed.
    merged_into = models.ForeignKey(
        "citizens.Citizen",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("part of the record"),
        db_index=False,
    )

    class Meta:
        abstract = True

    @property
    def foreign_nationality(self) -> str:
        """The name of the country in the reader's language; "" for Viet Nam."""
        abroad = self.nationality != countries.VIET_NAM
        return countries.name_of(self.nationality) if abroad else ""

    @property
    def born(self) -> BirthDate:
        """The date of birth, as far as it is known."""
        return BirthDate(self.date_of_birth, self.birth_precision)


class CitizenQuerySet(models.QuerySet["Citizen"]):
    def linked_to(self, user: "User") -> Self:
        """Citizens whose record this user may open now: their own and their wards'.

        A link to a part of a merged record opens the kept record.
        """
        return self.filter(pk__in=_kept(RecordLink.objects.live().filter(user=user)))

    def parts_linked_to(self, user: "User") -> Self:
        """The same records with all parts merged into them."""
        kept = _kept(RecordLink.objects.live().filter(user=user))
        parts = Citizen.objects.filter(merged_into__in=kept).values("pk")
        return self.filter(pk__in=kept.union(parts))

    def restricted(self) -> Self:
        """Citizens whose record partner programs may not read now, in whichever part it is noted."""
        kept = (
            Restriction.objects.in_force()
            .order_by()
            .values_list(Coalesce("citizen__merged_into_id", "citizen_id"))
        )
        parts = Citizen.objects.filter(merged_into__in=kept).values("pk")
        return self.filter(pk__in=kept.union(parts))

    def without_restricted(self) -> Self:
        """Those that partner programs may read."""
        return self.exclude(pk__in=Citizen.objects.restricted().values("pk"))

    def numbered(self, id_number: str | None) -> Self:
        """Citizens with a document of exactly this number, an older one too; none for ""."""
        return self._with(IdentityDocument.objects.numbered(id_number))

    def proven_by_number(self, id_number: str | None) -> Self:
        """The citizen whose number this is proven to be."""
        return self._with(IdentityDocument.objects.numbered(id_number).proven())

    def _with(self, documents: IdentityDocumentQuerySet) -> Self:
        return self.filter(pk__in=documents.order_by().values("citizen"))

    def bulk_create(self, objs: Iterable["Citizen"], *args: Any, **kwargs: Any) -> list["Citizen"]:
        """Create citizens, and the documents of those who have a number."""
        with transaction.atomic(using=self.db):
            made = super().bulk_create(objs, *args, **kwargs)
            IdentityDocument.objects.add_current_of(made)
        return made

    def whole(self, citizen: "Citizen") -> Self:
        """The kept record and all parts merged into it; `citizen` may be any of them."""
        kept = citizen.merged_into_id or citizen.pk
        return self.filter(Q(pk=kept) | Q(merged_into=kept))

    def wholes(self, rows: "models.QuerySet[Citizen]") -> Self:
        """The same for several citizens. Two queries, because one could use no index."""
        kept = {into or pk for pk, into in rows.values_list("pk", "merged_into")}
        return self.filter(Q(pk__in=kept) | Q(merged_into__in=kept))


class Citizen(Identity):
    """A person with a vaccination record. It belongs to the person, not to the phone number."""

    class Provenance(models.TextChoices):
        SITE_ENTRY = "site_entry", _("Entered by the vaccination site")
        BACK_ENTRY = "back_entry", _("Entered later by the vaccination site")
        PARTNER = "partner", _("Partner system")
        SELF_DECLARED = "self_declared", _("Self-declared")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    search_name = SearchKeyField(_("search name"), max_length=120, source="full_name")
    provenance = models.CharField(
        _("provenance"), max_length=16, choices=Provenance, default=Provenance.SITE_ENTRY
    )
    created_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)

    objects = CitizenQuerySet.as_manager()

    class Meta:
        verbose_name = _("citizen")
        verbose_name_plural = _("citizens")
        ordering = ["id"]
        indexes = [
            # Searches in the whole registry use the date of birth first: many people share a name.
            models.Index(
                fields=["date_of_birth", "search_name"], include=["id"], name="citizen_birth_name"
            ),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="citizen_phone"),
            # The hotline searches by the beginning of a name.
            models.Index(
                fields=["search_name"], opclasses=["varchar_pattern_ops"], name="citizen_name_start"
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="citizen_merged_into",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(id_number__isnull=True) | Q(is_encrypted("id_number")),
                name="citizen_id_number_encrypted",
            ),
            models.CheckConstraint(
                condition=Q(nationality__regex=r"^[A-Z]{2}$"),
                name="citizen_nationality_form",
                violation_error_message=_("A country has two letters, as in VN."),
            ),
            models.CheckConstraint(
                condition=Q(phone__regex=PHONE_PATTERN),
                name="citizen_phone_form",
                violation_error_message=_("A phone number is stored with its country code."),
            ),
            models.CheckConstraint(
                condition=Q(NAME_IS_COMPOSED) & ~Q(full_name=""),
                name="citizen_full_name_composed",
                violation_error_message=_("A name is stored in composed form and is not empty."),
            ),
            models.CheckConstraint(
                condition=~Q(full_name__regex=NOT_IN_A_NAME) & Q(full_name__regex=HAS_A_LETTER),
                name="citizen_full_name_visible",
                violation_error_message=_(
                    "A name has letters, single spaces and no invisible characters."
                ),
            ),
            models.CheckConstraint(
                condition=FIRST_DAY_STORED,
                name="citizen_birth_precision",
                violation_error_message=_("A year or month of birth is stored as its first day."),
            ),
            models.CheckConstraint(
                condition=Q(date_of_birth__gte=date(1900, 1, 1), date_of_birth__lte=DAY_OF_ENTRY),
                name="citizen_born_before_entry",
                violation_error_message=_("A date of birth lies in the past, after 1900."),
            ),
            # The trigger of migration 0004 ensures that a part is never merged into a part.
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="citizen_not_merged_into_itself",
                violation_error_message=_("A record cannot be a part of itself."),
            ),
        ]

    def __str__(self) -> str:
        # It appears in logs and on error pages, which must not show names.
        return str(self.public_id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the citizen; the documents say the same as the number on the record."""
        changed = kwargs.get("update_fields")
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                IdentityDocument.objects.add_current_of([self])
            elif changed is None or {"id_number", "id_number_proven"} & set(changed):
                IdentityDocument.objects.follow(self)

    def clean(self) -> None:
        """Raise ValidationError when the number is proven to be another person's."""
        super().clean()
        if self.id_number and self.id_number_proven:
            others = Citizen.objects.proven_by_number(self.id_number).exclude(pk=self.pk)
            if others.exists():
                raise ValidationError(_("A citizen with this ID number exists already."))

    @property
    def kept(self) -> "Citizen":
        """The kept record of this person: this one, or the one that it was merged into."""
        return self.merged_into or self


def _kept(links: RecordLinkQuerySet) -> Any:
    """Return the ids of the kept records of these links."""
    # Without an order: a part of a UNION must not have one.
    return links.order_by().values_list(Coalesce("citizen__merged_into_id", "citizen_id"))


class CitizenRevision(Identity):
    """The identity of a citizen since one moment. Append-only (migration 0002)."""

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="revisions",
        verbose_name=_("citizen"),
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
        verbose_name = _("revision of a citizen")
        verbose_name_plural = _("revisions of citizens")
        ordering = ["citizen_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["citizen", "number"], name="citizen_revision_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="citizen_revision_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.number}"
