"""Photos by which somebody proves from afar that a record is their own, and what staff decided."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models.links import RecordLink
from organizations.models import Organization
from vaxreg.encryption import EncryptedBytesField


class PhotoProof(models.Model):
    """A photo of the identity paper, and one of the person who holds it, sent with a request.

    The photos are deleted some time after the decision (citizens/photo_proofs.py); hashes and
    decision stay.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("The person and the paper belong together")
        OTHER_PERSON = "other_person", _("The photos do not show the same person")
        OTHER_PAPER = "other_paper", _("The paper does not fit the record")
        UNCLEAR = "unclear", _("It cannot be seen clearly")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link = models.ForeignKey(
        RecordLink, on_delete=models.PROTECT, related_name="photo_proofs", verbose_name=_("link")
    )
    paper_photo = EncryptedBytesField(_("photo of the paper"), null=True)
    person_photo = EncryptedBytesField(_("photo of the person with the paper"), null=True)
    paper_sha256 = models.CharField(_("hash of the photo of the paper"), max_length=64)
    person_sha256 = models.CharField(_("hash of the photo of the person"), max_length=64)
    sent_at = models.DateTimeField(_("sent at"), db_default=Now())
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        db_index=False,
    )
    by_organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by organization"),
        db_index=False,
    )
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict, blank=True)
    photos_deleted_at = models.DateTimeField(_("photos deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("proof by photos")
        verbose_name_plural = _("proofs by photos")
        ordering = ["sent_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=Q(decided_at=None), name="photo_proof_one_open"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, verdict="", decided_by=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(verdict=""),
                name="photo_proof_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(
                    photos_deleted_at=None, paper_photo__isnull=False, person_photo__isnull=False
                )
                | Q(photos_deleted_at__isnull=False, paper_photo=None, person_photo=None),
                name="photo_proof_has_photos_or_not",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"],
                condition=Q(photos_deleted_at=None),
                name="photo_proof_with_photos",
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)
