"""Certificates: what a site has stated of one dose, and the signatures of the centre below it.

Decision 5772/QĐ-BYT: the site signs the data, then the centre signs. Both messages are COSE_Sign1.
"""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from certificates.models.keys import SigningKey
from citizens.models import Citizen
from doses.models import Dose


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def live(self) -> Self:
        """Those that count, or will when the centre has signed."""
        return self.filter(status__in=Certificate.LIVE)

    def of(self, citizen: Citizen) -> Self:
        """The certificates of a person, made for any part of a merged record."""
        return self.filter(citizen__in=Citizen.objects.whole(citizen))

    def ended_with_time_left(self, now: datetime) -> Self:
        """Those that count no more although a signature on them has not expired yet."""
        unexpired = Countersignature.objects.filter(
            certificate=models.OuterRef("pk"), expires_at__gt=now
        )
        return self.filter(status__in=Certificate.ENDED).filter(models.Exists(unexpired))


class Certificate(models.Model):
    """One statement of one dose. Its content never changes; it ends once (migration 0002)."""

    class Status(models.TextChoices):
        SIGNED = "signed", _("Waiting for the centre’s signature")
        CURRENT = "current", _("Valid")
        SUPERSEDED = "superseded", _("Replaced by a newer one")
        REVOKED = "revoked", _("Revoked")

    class Why(models.TextChoices):
        """Why it counts no more."""

        DOSE_CHANGED = "dose_changed", _("The dose was corrected")
        PERSON_CHANGED = "person_changed", _("Name or date of birth was corrected")
        ENTERED_IN_ERROR = "entered_in_error", _("The dose was entered in error")
        MOVED = "moved", _("The dose stood under another name")
        NOT_SIGNED = "not_signed", _("The site’s signature on it counts no more")
        NOT_STATED = "not_stated", _("No certificate is made of what is recorded now")

    LIVE = (Status.SIGNED, Status.CURRENT)
    ENDED = (Status.SUPERSEDED, Status.REVOKED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The kept record of the person on that day.
    citizen = models.ForeignKey(
        Citizen, on_delete=models.PROTECT, related_name="+", verbose_name=_("citizen")
    )
    dose = models.ForeignKey(
        Dose, on_delete=models.PROTECT, related_name="+", verbose_name=_("dose")
    )
    dose_revision = models.PositiveSmallIntegerField(_("revision of the dose"))
    uvci = models.CharField(_("identifier"), max_length=80, unique=True)
    # What people type: the first signs of the identifier.
    code = models.CharField(_("short code"), max_length=12, unique=True)
    site_key = models.ForeignKey(
        SigningKey,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("key of the site"),
        db_index=False,
    )
    # The statement with the site's signature (COSE_Sign1).
    site_message = models.BinaryField(_("signed by the site"))
    signed_at = models.DateTimeField(_("signed at"), db_default=Now())
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.SIGNED, db_default=Status.SIGNED
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_why = models.CharField(
        _("why it ended"), max_length=16, choices=Why, blank=True, db_default=""
    )
    replaced_by = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replaced by"),
        db_index=False,
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(status="signed"), name="certificate_waiting"),
            models.Index(
                fields=["ended_at"],
                condition=Q(status__in=["superseded", "revoked"]),
                name="certificate_ended",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dose"],
                condition=Q(status__in=["signed", "current"]),
                name="certificate_one_live_per_dose",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["signed", "current"], ended_at=None, ended_why="")
                | (
                    Q(status__in=["superseded", "revoked"], ended_at__isnull=False)
                    & ~Q(ended_why="")
                ),
                name="certificate_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(status="superseded"),
                name="certificate_replaced_if_superseded",
            ),
            models.CheckConstraint(
                condition=Q(
                    uvci__startswith=models.functions.Concat(
                        models.Value("URN:UVCI:01:VN:"), F("code")
                    )
                ),
                name="certificate_code_begins_its_identifier",
            ),
        ]

    def __str__(self) -> str:
        # It appears in logs, where an identifier would let others look at it.
        return str(self.public_id)


class Countersignature(models.Model):
    """The centre's signature below a statement: the certificate as it is shown. Append-only.

    A new key, or the end of the year, brings another one for the same statement; the older ones stay
    good until they expire.
    """

    certificate = models.ForeignKey(
        Certificate,
        on_delete=models.PROTECT,
        related_name="countersignatures",
        verbose_name=_("certificate"),
    )
    key = models.ForeignKey(
        SigningKey,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("key of the centre"),
        db_index=False,
    )
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("expires at"))
    # The whole message: its text is the QR code.
    cose = models.BinaryField(_("signed by the centre"))

    class Meta:
        verbose_name = _("countersignature")
        verbose_name_plural = _("countersignatures")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")),
                name="countersignature_expires_after_its_issue",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} · {self.key_id}"
