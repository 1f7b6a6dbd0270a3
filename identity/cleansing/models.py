"""Lists of the police that were imported, and what became of each row."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citizens.models import Citizen


class CleansingList(models.Model):
    """A signed list. The file itself is not kept: its rows hold ID numbers."""

    file_name = models.CharField(_("file"), max_length=200)
    # SHA-256 of the file, and of the key by which its signature is good.
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64)
    key_sha256 = models.CharField(_("SHA-256 of the key"), max_length=64)
    total = models.PositiveIntegerField(_("rows"))
    # The first row, from 0, that was not imported yet.
    next_row = models.PositiveIntegerField(_("rows imported"), default=0)
    begun_at = models.DateTimeField(_("begun at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("list of the police")
        verbose_name_plural = _("lists of the police")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(undone_at=None),
                name="cleansing_list_once",
                violation_error_message=_("This list was imported already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} · {self.file_name}"


class CleansingRow(models.Model):
    """What became of one row of a list. It names the record by its key, never by a number."""

    class Result(models.TextChoices):
        CHANGED = "changed", _("Changed")
        SAME = "same", _("Right already")
        NOT_FOUND = "not_found", _("No such record here")
        DIFFERS = "differs", _("Not what stands on the record now")
        REFUSED = "refused", _("Refused")

    class Undone(models.TextChoices):
        UNDONE = "undone", _("Taken back")
        CHANGED_SINCE = "changed_since", _("Changed since, left as it is")
        REFUSED = "refused", _("Could not be taken back")

    cleansing_list = models.ForeignKey(
        CleansingList, on_delete=models.PROTECT, related_name="rows", verbose_name=_("list")
    )
    # As in the file: the header is line 1.
    line = models.PositiveIntegerField(_("line"))
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("citizen"),
        db_index=False,
    )
    result = models.CharField(_("result"), max_length=12, choices=Result)
    # The names of the facts that were changed, or that differ.
    fields = models.JSONField(_("facts"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # The revision that the row has written; the one before has what stood there.
    revision = models.PositiveSmallIntegerField(_("revision"), null=True)
    undone = models.CharField(_("taken back"), max_length=14, blank=True, choices=Undone)

    class Meta:
        verbose_name = _("row of a list of the police")
        verbose_name_plural = _("rows of lists of the police")
        ordering = ["cleansing_list_id", "line"]
        constraints = [
            models.UniqueConstraint(fields=["cleansing_list", "line"], name="cleansing_row_once"),
            models.CheckConstraint(
                condition=Q(result="changed", citizen__isnull=False, revision__isnull=False)
                | (~Q(result="changed") & Q(revision=None)),
                name="cleansing_row_changed_names_its_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cleansing_list_id} · {self.line}"
