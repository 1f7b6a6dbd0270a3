"""What every file has that staff send, whose rows are tried before they are written."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization


class SentFile(models.Model):
    """One file of one organization: how it is read, how far it is, and who did what with it.

    Its kind adds the state, the parts of the file (`parts`), and its rows (`rows`).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="+", verbose_name=_("site")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(_("sent at"))
    file_name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(max_length=64)
    # How the file is read (reading.files.FileForm), the header, the questions about it.
    form = models.JSONField()
    header = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    header_line = models.PositiveIntegerField(default=0)
    mapping = models.JSONField(default=dict)
    questions = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    # How its dates and fonts are read, by what the lines show and by the answers.
    reading = models.JSONField(default=dict)
    total = models.PositiveIntegerField(_("rows"), default=0)
    # Of the present step: rows that are done, the last line that is, and when it began.
    done = models.PositiveIntegerField(default=0)
    last_line = models.PositiveIntegerField(default=0)
    step_began_at = models.DateTimeField(null=True)
    # Rows by verdict, as the trial found and the writing left them.
    counts = models.JSONField(default=dict)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    applied_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    # Cancelled or undone.
    ended_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:

        @property
        def parts(self) -> models.QuerySet[Any]: ...

        @property
        def rows(self) -> models.QuerySet[Any]: ...

    class Meta:
        abstract = True
