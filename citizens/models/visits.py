"""Who opened the record of a citizen: as what, for whom, what exactly, why, and on what ground."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from citizens.models.person import Citizen
from organizations.models import Organization


class RecordVisit(models.Model):
    """A user opened a citizen's record. Append-only (migration 0002); the citizen can see it."""

    class Why(models.TextChoices):
        OWN = "own", _("Own record")
        GUARDIAN = "guardian", _("Guardian")
        RELATIVE = "relative", _("Family member who was agreed to")
        REVIEW = "review", _("Review of a proposal")
        OVERSIGHT = "oversight", _("Oversight")
        HOTLINE = "hotline", _("Hotline")
        PARTNER = "partner", _("Partner system")
        APP = "app", _("App that the person let in")
        LIST = "list", _("Seen in a list")
        CALL = "call", _("Phone number seen, to call")
        RECORDING = "recording", _("Recording of a dose")
        BREAK_GLASS = "break_glass", _("Opened in an emergency")

    class Seen(models.TextChoices):
        RECORD = "record", _("the record")
        CASE = "case", _("a proposal")
        PHOTO = "photo", _("a photo")
        PAIR = "pair", _("two records side by side")
        REQUEST = "request", _("a request")
        PHONE = "phone", _("a phone number")
        PRINT = "print", _("a certificate, to print it")
        LIST = "list", _("a line of a list")

    class Ground(models.TextChoices):
        """What gives staff a reason to look; those in OUTSIDE give none. "" for families."""

        DESK = "desk", _("lies on the desk of the organization")
        WAITING = "waiting", _("lies beneath and waits for this health officer")
        COUNTER = "counter", _("the person stands at the counter, or has asked")
        CALL = "call", _("the caller has proved who they are")
        BREAK_GLASS = "break_glass", _("opened in an emergency")
        BELOW = "below", _("lies beneath and waits for somebody else")
        NO_CALL = "no_call", _("no caller has proved who they are")
        OLD = "old", _("was done long ago")
        ELSEWHERE = "elsewhere", _("lies on no desk of the organization")

    # "Outside of one's cases", by kind of staff: a reviewer or lead looks at what lies on no desk of
    # theirs, or was done long ago; a health officer at what waits for somebody beneath; an agent of
    # the hotline at a person without a call. A door that does not name a ground is outside too.
    OUTSIDE = (Ground.BELOW, Ground.NO_CALL, Ground.OLD, Ground.ELSEWHERE)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="record_visits",
        verbose_name=_("user"),
    )
    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="visits",
        verbose_name=_("citizen"),
        db_index=False,
    )
    organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("organization"),
        db_index=False,
    )
    # The role at that moment (Membership.Role); "" for families, and in rows older than the column.
    role = models.CharField(_("role"), max_length=16, blank=True, db_default="")
    why = models.CharField(_("why"), max_length=16, choices=Why)
    seen = models.CharField(
        _("what was seen"), max_length=8, choices=Seen, blank=True, db_default=""
    )
    # The reference of the case, or the number of the pair.
    reference = models.CharField(_("reference"), max_length=20, blank=True, db_default="")
    ground = models.CharField(_("ground"), max_length=12, choices=Ground, blank=True, db_default="")
    # Typed by the one who looked, where the page asked for it.
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    # The app that read it by consent (Why.APP), as it was named then.
    app = models.CharField(_("partner app"), max_length=255, blank=True, db_default="")
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("visit of a record")
        verbose_name_plural = _("visits of records")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["citizen", "at"], name="record_visit_citizen_at"),
            models.Index(
                fields=["user", "at"],
                condition=Q(ground__in=["below", "no_call", "old", "elsewhere"]),
                name="record_visit_outside",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.why} · {self.citizen_id}"
