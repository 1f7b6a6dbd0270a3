"""Silent organizations as a job last found them, and who was shown the phone of a site."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from oversight.back_entry import models as back_entry  # noqa: F401 - its tables are of this room


class Silence(models.Model):
    """An organization that does not answer, and why. A job writes it, for reports above a district.

    For the meaning of each reason see oversight/silence.py.
    """

    class Reason(models.TextChoices):
        CLOSED = "closed", _("Closed, with cases on its desk")
        NO_REVIEWER = "no_reviewer", _("Nobody decides there")
        NO_DECISION = "no_decision", _("No decision")
        UNREAD = "unread", _("Cases that nobody opened")
        NO_SIGN_IN = "no_sign_in", _("Nobody signed in")
        BOUNCING = "bouncing", _("E-mail does not arrive")
        NOT_INVITED = "not_invited", _("Nobody was ever invited")

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="silences", db_index=False
    )
    reason = models.CharField(max_length=12, choices=Reason)
    # The latest sign-in, decision or reviewer, depending on the reason; NULL if there was none.
    since = models.DateTimeField(null=True, blank=True)
    # Number of open cases that it holds.
    cases = models.PositiveIntegerField(default=0)
    noticed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ["reason", "-cases", "organization"]
        indexes = [
            models.Index(fields=["reason", "-cases", "organization"], name="silence_worst_first")
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "reason"], name="silence_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.reason}"


class ContactReveal(models.Model):
    """A health officer was shown the phone number of an organization. Append-only."""

    class Why(models.TextChoices):
        OVERDUE = "overdue", _("Cases are overdue")
        SILENCE = "silence", _("It does not answer")
        OTHER = "other", _("Another reason")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("user")
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("organization"),
    )
    why = models.CharField(_("why"), max_length=8, choices=Why)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("look at a phone number")
        verbose_name_plural = _("looks at phone numbers")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organization", "at"], name="contact_reveal_of")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.user_id} {self.at:%Y-%m-%d %H:%M}"
