"""Photos of the paper, and the upload links with which callers send them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from corrections.models.case import Correction
from corrections.models.filing import Draft, Filing

# How the name of a thumbnail ends, after the name of its photo.
THUMBNAIL = "-thumbnail.jpg"


def thumbnail_key(file_key: str) -> str:
    """Return where the thumbnail of the photo with this key is stored."""
    return f"{file_key.removesuffix('.jpg')}{THUMBNAIL}"


class Evidence(models.Model):
    """A photo of the paper, re-encoded by us; the uploaded file is not kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    draft = models.ForeignKey(
        Draft, on_delete=models.CASCADE, null=True, blank=True, related_name="evidence"
    )
    filing = models.ForeignKey(
        Filing, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Set when the caller sent it through an upload link; uploaded_by is then the agent.
    upload_link = models.ForeignKey(
        "corrections.UploadLink",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="photos",
    )
    file_key = models.CharField(max_length=64, unique=True)
    preview_key = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    # 64-bit perceptual hash, and codes of what is wrong with the photo, both computed at upload.
    likeness = models.BigIntegerField(null=True, blank=True)
    warnings = models.JSONField(default=list, blank=True)
    # What a program read on the paper, while this is a photo of a draft: {"2": {"lot": "FK4439",
    # …}} by the number of the dose. None: not read yet; {}: nothing surely.
    doses_read = models.JSONField(null=True, blank=True)
    uploaded_at = models.DateTimeField(auto_now_add=True)
    # When its files were deleted, long after the case was closed; hash and size stay.
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(draft__isnull=False, filing=None) | Q(draft=None, filing__isnull=False),
                name="evidence_of_a_draft_or_a_filing",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(filing__isnull=False),
                name="evidence_of_a_draft_has_files",
            ),
            models.UniqueConstraint(
                fields=["draft", "sha256"],
                name="evidence_once_per_draft",
                violation_error_message=_("This photo is here already."),
            ),
        ]
        indexes = [
            models.Index(fields=["uploaded_by", "uploaded_at"], name="evidence_per_day"),
            models.Index(
                fields=["uploaded_at"],
                name="evidence_to_read",
                condition=Q(draft__isnull=False, doses_read__isnull=True),
            ),
            # For those that are kept too long (photos/retention.py): a row leaves it when it is done.
            models.Index(
                fields=["uploaded_at", "id"],
                name="evidence_to_delete",
                condition=Q(filing__isnull=False, deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def thumbnail_key(self) -> str:
        """The picture for lists. No column says whether it is there: it can be made again."""
        return thumbnail_key(self.file_key)

    @property
    def keys(self) -> list[str]:
        """The keys of all stored files of this photo."""
        return [self.file_key, self.preview_key, self.thumbnail_key]


class UploadLink(models.Model):
    """A link sent to a caller's phone, with which photos of the paper can be added for 48 hours.

    Only the hash of its token is stored: a reader of this table cannot use it.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, related_name="upload_links"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("upload link")
        verbose_name_plural = _("upload links")
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="upload_link_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"
