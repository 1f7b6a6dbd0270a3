"""Models of the history of administration: acts about staff, and imported files."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from vaxreg.encryption import SealedJSONField
from vaxreg.id_numbers import SEALED

# Reasons that the system itself writes: work ends with an organization, and acts of commands.
CLOSED = _("%(organization)s has closed.")
ON_COMMAND_LINE = _("On the server’s command line, by %(operator)s.")


class ImportRun(models.Model):
    """One file with sites and staff: read, shown row by row, written on confirmation.

    The rows are deleted later (organizations/imports/running.py); who, when and counts are kept.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=120)
    # The rows as they were read, before any check: organizations/imports/reading.py.
    content = SealedJSONField(_("content"), sealed=SEALED, default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    # Numbers of rows new, changed, the same, left out; and the rows left out, with reasons.
    counts = models.JSONField(_("counts"), default=dict)
    left_out = models.JSONField(_("rows left out"), default=list)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="import_of_user")]

    def __str__(self) -> str:
        return f"{self.file_name} {self.made_at:%Y-%m-%d %H:%M}"


ABOUT_THE_ACCOUNT = ["account_suspended", "account_reinstated", "identity_verified"]


class StaffEvent(models.Model):
    """One act about somebody's membership or account. Append-only; the database enforces it."""

    class Act(models.TextChoices):
        INVITED = "invited", _("Invited")
        INVITED_AGAIN = "invited_again", _("Invitation sent again")
        APPOINTED = "appointed", _("Appointed")
        ROLE_CHANGED = "role_changed", _("Role changed")
        SUSPENDED = "suspended", _("Suspended")
        REINSTATED = "reinstated", _("Reinstated")
        ENDED = "ended", _("Ended")
        ACCOUNT_SUSPENDED = "account_suspended", _("Account suspended")
        ACCOUNT_REINSTATED = "account_reinstated", _("Account reinstated")
        IDENTITY_VERIFIED = "identity_verified", _("Identity verified")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="staff_events",
        verbose_name=_("user"),
    )
    act = models.CharField(_("act"), max_length=20, choices=Act)
    # NULL when the act concerns the account.
    organization = models.ForeignKey(
        "organizations.Organization",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_events",
        verbose_name=_("organization"),
    )
    role = models.CharField(_("role"), max_length=16, blank=True)
    role_before = models.CharField(_("role before"), max_length=16, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))
    # NULL for the system: commands and demo data.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    import_run = models.ForeignKey(
        ImportRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("import"),
    )

    class Meta:
        verbose_name = _("act about staff")
        verbose_name_plural = _("acts about staff")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["user", "at"], name="staff_event_history")]
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=ABOUT_THE_ACCOUNT, organization=None)
                | (~Q(act__in=ABOUT_THE_ACCOUNT) & Q(organization__isnull=False)),
                name="staff_event_of_an_account_or_of_work",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} #{self.pk}"

    @property
    def reason_shown(self) -> str:
        """The reason as it was typed; what the system wrote, in the reader's language."""
        for words, gap in ((CLOSED, "organization"), (ON_COMMAND_LINE, "operator")):
            for language, _name in settings.LANGUAGES:
                with override(language):
                    before, _gap, after = str(words).partition(f"%({gap})s")
                if self.reason.startswith(before) and self.reason.endswith(after):
                    name = self.reason.removeprefix(before).removesuffix(after)
                    return str(words) % {gap: name}
        return self.reason
