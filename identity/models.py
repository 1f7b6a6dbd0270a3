"""Who an account is, as VNeID has said; and the tables of what stands in folders of this app."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from identity.cleansing.models import CleansingList, CleansingRow
from identity.population.models import PopulationAnswer, PopulationQuestion, PopulationRun
from vaxreg.encryption import BlindIndexField, is_encrypted
from vaxreg.fields import EncryptedIdNumberField
from vaxreg.id_numbers import NUMBER_LABEL
from vaxreg.typed.birth_dates import FIRST_DAY_STORED, BirthDate
from vaxreg.typed.dates import Precision

__all__ = [
    "CleansingList",
    "CleansingRow",
    "PopulationAnswer",
    "PopulationQuestion",
    "PopulationRun",
    "VneidIdentity",
]


class VneidIdentity(models.Model):
    """The person behind an account by VNeID. Its key is issuer with subject, never name or number.

    A row ends when VNeID gives another name or date of birth; another number is refused.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="vneid_identities",
        verbose_name=_("user"),
    )
    # The provider (`iss`) and its name for the account there (`sub`), OpenID Connect Core section 2.
    issuer = models.CharField(_("issuer"), max_length=200)
    subject = models.CharField(_("subject at the issuer"), max_length=255)
    full_name = models.CharField(_("full name"), max_length=120)
    date_of_birth = models.DateField(_("date of birth"))
    # VNeID gives the year alone of people who know no more.
    birth_precision = models.CharField(
        _("what is known of the date of birth"),
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
    )
    id_number = EncryptedIdNumberField(
        _("ID number"),
        validators=[RegexValidator(r"^\d{12}$", _("A personal number has 12 digits."))],
    )
    number_hash = BlindIndexField(of="id_number", label=NUMBER_LABEL, db_default="")
    verified_at = models.DateTimeField(_("verified at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("identity by VNeID")
        verbose_name_plural = _("identities by VNeID")
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"],
                condition=Q(ended_at=None),
                name="vneid_identity_one_account",
                violation_error_message=_("This VNeID belongs to another account."),
            ),
            models.UniqueConstraint(
                fields=["user", "issuer"],
                condition=Q(ended_at=None),
                name="vneid_identity_one_person",
                violation_error_message=_("This account has another VNeID."),
            ),
            models.CheckConstraint(
                condition=Q(is_encrypted("id_number")), name="vneid_identity_number_encrypted"
            ),
            models.CheckConstraint(
                condition=FIRST_DAY_STORED,
                name="vneid_identity_birth_precision",
                violation_error_message=_("A year or month of birth is stored as its first day."),
            ),
        ]
        indexes = [
            models.Index(fields=["number_hash"], name="vneid_identity_number_hash"),
        ]

    def __str__(self) -> str:
        # It appears in logs and on error pages, which must not show names.
        return f"{self.user_id} · VNeID"

    @property
    def born(self) -> BirthDate:
        """The date of birth, as far as it is known."""
        return BirthDate(self.date_of_birth, self.birth_precision)
