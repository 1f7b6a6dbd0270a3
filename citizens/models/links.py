"""Who may open the record of a citizen, how it was proven, since when and until when."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Least, Now
from django.utils.translation import gettext_lazy as _

from vaxreg import db_time

# How long an adult's agreement lasts at most: a year, which may be a leap year, and its last day.
LONGEST_CONSENT = timedelta(days=367)
# How long staff see a request that was stopped.
STOPPED_FOR = timedelta(days=30)


class RecordLinkQuerySet(models.QuerySet["RecordLink"]):
    def live(self) -> Self:
        now = db_time.sql_now()
        begun = self.filter(since__lte=now, needs_confirmation=False)
        not_ended = Q(until=None) | Q(until__gt=now)
        return begun.filter(not_ended, Q(ends_at=None) | Q(ends_at__gt=now))

    def standing(self) -> Self:
        """Links that are open or wait: those that have not ended."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=db_time.sql_now()), until=None)

    def expired(self) -> Self:
        """Links that have come to their end, and are not closed yet."""
        return self.filter(until=None, ends_at__lte=db_time.sql_now())

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
        proofs = RecordLink.Proof
        asked_for = (proofs.ID_AND_BIRTH, proofs.PHOTOS, proofs.VNEID)
        return self.filter(waiting | stopped, proven_by__in=asked_for)


class RecordLink(models.Model):
    """A user may open the record of a citizen: their own, a child's, or that of a relative who agreed.

    The database lets a guardian's link begin for a child only, and end on the 18th birthday as it
    is known at the time (migration 0016); a relative's link has an end, a year off at most.
    """

    class Relation(models.TextChoices):
        SELF = "self", _("Own record")
        GUARDIAN = "guardian", _("Guardian")
        RELATIVE = "relative", _("Family member who was agreed to")

    class Proof(models.TextChoices):
        PHONE_AND_ID = "phone_and_id", _("Phone and ID number")
        PHONE_AND_BIRTH = "phone_and_birth", _("Phone, full name and date of birth")
        ID_AND_BIRTH = "id_and_birth", _("ID number, full name and date of birth")
        DECLARED = "declared", _("Record started by this person")
        VNEID = "vneid", _("Identity verified by VNeID")
        PHOTOS = "photos", _("Photos of paper and person, seen by health staff")
        STAFF = "staff", _("Checked by health staff")
        CONSENT = "consent", _("The person agreed")

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
    # When it ends by itself. For guardians the database writes it: the 18th birthday.
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    # When both were told that it ends soon. Another end empties it.
    end_told_at = models.DateTimeField(_("told of the end at"), null=True, blank=True)
    # When it has ended: at `ends_at`, or before it, by somebody.
    until = models.DateTimeField(_("until"), null=True, blank=True)
    # None when it came to its end, or was ended by the link in a message, without a sign-in.
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
            models.Index(
                fields=["ends_at"],
                condition=Q(until=None, ends_at__isnull=False),
                name="record_link_ends_at",
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
            models.CheckConstraint(
                condition=~Q(relation="relative")
                | Q(
                    ends_at__isnull=False,
                    ends_at__gt=F("since"),
                    ends_at__lte=F("since") + LONGEST_CONSENT,
                ),
                name="record_link_consent_ends",
                violation_error_message=_("An agreement lasts a year at most."),
            ),
            models.CheckConstraint(
                condition=~Q(relation="self") | Q(ends_at=None),
                name="record_link_own_has_no_end",
                violation_error_message=_("One’s own record has no end date."),
            ),
            models.CheckConstraint(
                condition=~Q(proven_by="consent") | Q(relation="relative"),
                name="record_link_consent_of_an_adult",
                violation_error_message=_("Agreeing opens a record for a relative only."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.relation} · {self.citizen_id}"

    @property
    def has_expired(self) -> bool:
        """Whether it ended by itself, and nobody ended it."""
        return self.until is not None and self.ends_at is not None and self.until >= self.ends_at
