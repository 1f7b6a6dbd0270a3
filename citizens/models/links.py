"""Who may open the record of a citizen, how it was proven, since when and until when."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Least, Now
from django.utils.translation import gettext_lazy as _

from vaxreg import db_time

# How long staff see a request that was stopped.
STOPPED_FOR = timedelta(days=30)


class RecordLinkQuerySet(models.QuerySet["RecordLink"]):
    def live(self) -> Self:
        now = db_time.sql_now()
        begun = self.filter(since__lte=now, needs_confirmation=False)
        return begun.filter(Q(until=None) | Q(until__gt=now))

    def waiting(self) -> Self:
        """Links that open nothing yet, but will unless somebody objects."""
        now = db_time.sql_now()
        return self.filter(Q(since__gt=now) | Q(needs_confirmation=True), until=None)

    def confirmable(self) -> Self:
        """Links that wait, and those that somebody else has stopped lately.

        Staff may see the person all the same: a lost phone must not lock its owner out for good.
        """
        now = db_time.sql_now()
        waiting = Q(until=None) & (Q(since__gt=now) | Q(needs_confirmation=True))
        opened = RecordLink.objects.live().filter(
            user=OuterRef("user"), citizen=OuterRef("citizen")
        )
        stopped = Q(until__gt=now - STOPPED_FOR) & ~Q(ended_by=F("user")) & ~Exists(opened)
        asked_for = (RecordLink.Proof.ID_AND_BIRTH, RecordLink.Proof.VNEID)
        return self.filter(waiting | stopped, proven_by__in=asked_for)


class RecordLink(models.Model):
    """A user may open the record of a citizen: their own, or that of a ward."""

    class Relation(models.TextChoices):
        SELF = "self", _("Own record")
        GUARDIAN = "guardian", _("Guardian")

    class Proof(models.TextChoices):
        PHONE_AND_ID = "phone_and_id", _("Phone and ID number")
        PHONE_AND_BIRTH = "phone_and_birth", _("Phone, full name and date of birth")
        ID_AND_BIRTH = "id_and_birth", _("ID number, full name and date of birth")
        DECLARED = "declared", _("Record started by this person")
        VNEID = "vneid", _("Identity verified by VNeID")
        STAFF = "staff", _("Checked by health staff")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="record_links",
        verbose_name=_("user"),
    )
    citizen = models.ForeignKey(
        "citizens.Citizen",
        on_delete=models.PROTECT,
        related_name="links",
        verbose_name=_("citizen"),
    )
    relation = models.CharField(_("relation"), max_length=8, choices=Relation)
    proven_by = models.CharField(_("proven by"), max_length=16, choices=Proof)
    asked_at = models.DateTimeField(_("asked for at"), db_default=Now())
    # Later than `asked_at` when whoever is on record may object first (citizens/links.py).
    since = models.DateTimeField(_("since"), db_default=Now())
    # Nobody could be told who might object: it opens only when staff have seen the person.
    needs_confirmation = models.BooleanField(
        _("needs confirmation"), default=False, db_default=False
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
        db_index=False,
    )
    until = models.DateTimeField(_("until"), null=True, blank=True)
    # None when it was ended by the link in a message, without a sign-in.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
        db_index=False,
    )

    objects = RecordLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("record link")
        verbose_name_plural = _("record links")
        ordering = ["id"]
        indexes = [
            # For those that wait: the others began in the past.
            models.Index(fields=["since"], condition=Q(until=None), name="record_link_since"),
            models.Index(
                fields=["id"],
                condition=Q(until=None, needs_confirmation=True),
                name="record_link_unconfirmed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "citizen"],
                condition=Q(until=None),
                name="record_link_once_per_user_and_citizen",
                violation_error_message=_("This record is linked to this account already."),
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(until=None, relation="self"),
                name="record_link_one_own_record",
                violation_error_message=_("A person has one record of their own."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=Least("asked_at", "since")),
                name="record_link_ends_after_it_was_asked",
                violation_error_message=_("A link cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.relation} · {self.citizen_id}"
