"""The identity documents of a citizen: the number now in use, older ones, and passports.

A number is encrypted; keyed hashes find the row by the whole number, and by its last four
characters. This table alone answers whose number it is: `Citizen.id_number` only repeats the
current one, and `CitizenQuerySet` keeps both the same.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citizens.masking import mask_id
from vaxreg import db_time
from vaxreg.encryption import BlindIndexField, is_encrypted
from vaxreg.fields import EncryptedIdNumberField
from vaxreg.id_numbers import (
    ENDING,
    ENDING_LABEL,
    NUMBER_LABEL,
    clean_id_number,
    ending_hashes,
    number_hashes,
)
from vaxreg.typed import countries

if TYPE_CHECKING:
    from citizens.models.person import Citizen

_OLD_CARD_LENGTH, _PERSONAL_LENGTH = 9, 12


class IdentityDocumentQuerySet(models.QuerySet["IdentityDocument"]):
    def standing(self) -> Self:
        """Documents that identify their citizen: not those whose number was a mistake."""
        return self.filter(withdrawn_at=None)

    def proven(self) -> Self:
        return self.standing().filter(is_proven=True)

    def numbered(self, id_number: str | None) -> Self:
        """Documents with exactly this number, however it is typed; none for an empty one."""
        return self.standing().filter(
            number_hash__in=number_hashes(clean_id_number(id_number or ""))
        )

    def ending_in(self, ending: str) -> Self:
        """Documents whose number has this ending: ENDING characters."""
        return self.standing().filter(ending_hash__in=ending_hashes(ending))

    def add_current_of(self, citizens: Iterable["Citizen"]) -> None:
        """Write the documents of new citizens who have a number."""
        self.bulk_create(IdentityDocument.current_of(one) for one in citizens if one.id_number)

    def follow(self, citizen: "Citizen") -> None:
        """Make the number that now stands on the record the current document.

        Another number of the same kind replaces a mistake, and the old one identifies nobody any
        more; one of another kind (12 digits after 9) leaves the older document standing.
        """
        held = {one.number: one for one in self.filter(citizen=citizen).standing()}
        current = next((one for one in held.values() if one.is_current), None)
        wanted = held.get(citizen.id_number or "")
        if current is not None and current is not wanted:
            replaced = not citizen.id_number or current.kind == kind_of(citizen.id_number)
            current.is_current = False
            current.withdrawn_at = db_time.now() if replaced else None
            current.save(update_fields=["is_current", "withdrawn_at"])
        if not citizen.id_number:
            return
        if wanted is None:
            IdentityDocument.current_of(citizen).save(force_insert=True)
        elif (wanted.is_current, wanted.is_proven) != (True, citizen.id_number_proven):
            wanted.is_current, wanted.is_proven = True, citizen.id_number_proven
            wanted.save(update_fields=["is_current", "is_proven"])


class IdentityDocument(models.Model):
    """One identity document of a citizen. The number of a row never changes (migration 0014)."""

    class Kind(models.TextChoices):
        # 12 digits: căn cước, căn cước công dân, mã định danh; for life.
        PERSONAL_NUMBER = "personal_number", _("Personal number (12 digits)")
        CMND = "cmnd", _("Old identity card (9 digits)")
        PASSPORT = "passport", _("Passport")

    class Source(models.TextChoices):
        RECORD = "record", _("Stood on the record")
        DECLARED = "declared", _("Told by the citizen")
        CHIP_CARD = "chip_card", _("Read from the QR code of the card")
        STAFF = "staff", _("Paper seen by health staff")

    citizen = models.ForeignKey(
        "citizens.Citizen",
        on_delete=models.PROTECT,
        related_name="documents",
        verbose_name=_("citizen"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    # ISO 3166-1 alpha-2; "" for a passport whose country nobody has told.
    country = models.CharField(_("country of issue"), max_length=2, blank=True)
    number = EncryptedIdNumberField(_("number"))
    number_hash = BlindIndexField(of="number", label=NUMBER_LABEL)
    ending_hash = BlindIndexField(of="number", label=ENDING_LABEL, ending=ENDING)
    # A number that somebody only typed proves nothing, and blocks nobody.
    is_proven = models.BooleanField(_("proven"), default=False)
    is_current = models.BooleanField(_("current"), default=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=12, choices=Source, default=Source.RECORD)
    added_at = models.DateTimeField(_("added at"), db_default=Now())
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("added by"),
        db_index=False,
    )
    # The number was a mistake: it identifies nobody any more.
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = IdentityDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        ordering = ["citizen_id", "id"]
        indexes = [
            models.Index(
                fields=["number_hash"],
                condition=Q(withdrawn_at=None),
                name="document_number",
            ),
            models.Index(
                fields=["ending_hash"],
                condition=Q(withdrawn_at=None),
                name="document_ending",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number_hash"],
                condition=Q(is_proven=True, withdrawn_at=None),
                name="document_proven_once",
                violation_error_message=_("A citizen with this ID number exists already."),
            ),
            models.UniqueConstraint(
                fields=["citizen"],
                condition=Q(is_current=True),
                name="document_one_current",
                violation_error_message=_("A citizen has one current document."),
            ),
            models.UniqueConstraint(
                fields=["citizen", "number_hash"],
                condition=Q(withdrawn_at=None),
                name="document_once_per_citizen",
                violation_error_message=_("This document is on the record already."),
            ),
            models.CheckConstraint(
                condition=Q(is_encrypted("number")),
                name="document_number_encrypted",
            ),
            models.CheckConstraint(
                condition=~Q(is_current=True, withdrawn_at__isnull=False),
                name="document_current_is_not_withdrawn",
                violation_error_message=_("A withdrawn document is not the current one."),
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$") | Q(country="", kind="passport"),
                name="document_country",
                violation_error_message=_("A country has two letters, as in VN."),
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("valid_from")),
                name="document_valid_in_order",
                violation_error_message=_("A document is valid from before it ends."),
            ),
        ]

    def __str__(self) -> str:
        # It appears in logs and on error pages, which must not show numbers.
        return f"{self.citizen_id} · {self.kind}"

    @property
    def masked(self) -> str:
        return mask_id(self.number)

    @property
    def country_name(self) -> str:
        """The country of issue, in the reader's language; "" where nobody has told it."""
        return countries.name_of(self.country)

    @property
    def is_expired(self) -> bool:
        """Whether its last day is over."""
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether who added it may take it back: it proves nothing, and is not in use."""
        return not (self.is_proven or self.is_current or self.withdrawn_at)

    @classmethod
    def current_of(cls, citizen: "Citizen") -> Self:
        """Return the document, not saved yet, that the number on the record stands for."""
        kind = kind_of(citizen.id_number or "")
        declared = citizen.provenance == "self_declared" and not citizen.id_number_proven
        return cls(
            citizen=citizen,
            kind=kind,
            country="" if kind == cls.Kind.PASSPORT else countries.VIET_NAM,
            number=citizen.id_number,
            is_proven=citizen.id_number_proven,
            is_current=True,
            source=cls.Source.DECLARED if declared else cls.Source.RECORD,
            added_at=db_time.now(),
        )


def kind_of(id_number: str) -> IdentityDocument.Kind:
    """Return the kind of document that a cleaned number of this form most likely stands on."""
    if id_number.isdigit() and len(id_number) == _PERSONAL_LENGTH:
        return IdentityDocument.Kind.PERSONAL_NUMBER
    if id_number.isdigit() and len(id_number) == _OLD_CARD_LENGTH:
        return IdentityDocument.Kind.CMND
    return IdentityDocument.Kind.PASSPORT
