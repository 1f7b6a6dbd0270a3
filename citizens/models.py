"""Citizens, the revisions of their identity, who may open their record, who did.

A foreign key has an index only if a query needs it and no wider index serves it.
"""

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce, Least, Now, Reverse
from django.utils.translation import gettext_lazy as _

from organizations.models import Area, Organization
from vaxreg import db_time
from vaxreg.fields import SearchKeyField
from vaxreg.id_numbers import ID_NUMBER_PATTERN
from vaxreg.typed.birth_dates import FIRST_DAY_STORED, BirthDate
from vaxreg.typed.dates import Precision
from vaxreg.typed.names import HAS_A_LETTER, NOT_IN_A_NAME

if TYPE_CHECKING:
    from accounts.models import User

PHONE_PATTERN = r"^(\+[1-9]\d{7,14})?$"


DAY_OF_ENTRY = Func(
    F("created_at"),
    template="(%(expressions)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
    output_field=models.DateField(),
)
# Names are stored in Unicode's composed form (NFC); macOS and iOS send the other one.
NAME_IS_COMPOSED = Func(
    F("full_name"),
    template="%(expressions)s IS NFC NORMALIZED",
    output_field=models.BooleanField(),
)


class Sex(models.TextChoices):
    MALE = "male", _("Male")
    FEMALE = "female", _("Female")
    UNKNOWN = "unknown", _("Not recorded")


class Identity(models.Model):
    """The facts that identify a citizen; each revision keeps a full copy."""

    full_name = models.CharField(_("full name"), max_length=120)
    # The first day that it may be, when the year or the month alone is known.
    date_of_birth = models.DateField(_("date of birth"))
    birth_precision = models.CharField(
        _("what is known of the date of birth"),
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
    )
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    id_number = models.CharField(_("ID number"), max_length=12, null=True, blank=True)  # noqa: DJ001
    # A number that somebody typed who started a record proves nothing, and blocks nobody.
    id_number_proven = models.BooleanField(_("ID number proven"), default=True, db_default=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    workplace = models.CharField(_("workplace"), max_length=160, blank=True)
    area = models.ForeignKey(
        Area,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("area"),
        db_index=False,
    )
    # The kept record of the same person, of which this one is a part; this row is not changed.
    merged_into = models.ForeignKey(
        "citizens.Citizen",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("part of the record"),
        db_index=False,
    )

    class Meta:
        abstract = True

    @property
    def born(self) -> BirthDate:
        """The date of birth, as far as it is known."""
        return BirthDate(self.date_of_birth, self.birth_precision)


class CitizenQuerySet(models.QuerySet["Citizen"]):
    def linked_to(self, user: "User") -> Self:
        """Citizens whose record this user may open now: their own and their wards'.

        A link to a part of a merged record opens the kept record.
        """
        return self.filter(pk__in=_kept(RecordLink.objects.live().filter(user=user)))

    def parts_linked_to(self, user: "User") -> Self:
        """The same records with all parts merged into them."""
        kept = _kept(RecordLink.objects.live().filter(user=user))
        parts = Citizen.objects.filter(merged_into__in=kept).values("pk")
        return self.filter(pk__in=kept.union(parts))

    def whole(self, citizen: "Citizen") -> Self:
        """The kept record and all parts merged into it; `citizen` may be any of them."""
        kept = citizen.merged_into_id or citizen.pk
        return self.filter(Q(pk=kept) | Q(merged_into=kept))

    def wholes(self, rows: "models.QuerySet[Citizen]") -> Self:
        """The same for several citizens. Two queries, because one could use no index."""
        kept = {into or pk for pk, into in rows.values_list("pk", "merged_into")}
        return self.filter(Q(pk__in=kept) | Q(merged_into__in=kept))


class Citizen(Identity):
    """A person with a vaccination record. It belongs to the person, not to the phone number."""

    class Provenance(models.TextChoices):
        SITE_ENTRY = "site_entry", _("Entered by the vaccination site")
        BACK_ENTRY = "back_entry", _("Entered later by the vaccination site")
        PARTNER = "partner", _("Partner system")
        SELF_DECLARED = "self_declared", _("Self-declared")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    search_name = SearchKeyField(_("search name"), max_length=120, source="full_name")
    provenance = models.CharField(
        _("provenance"), max_length=16, choices=Provenance, default=Provenance.SITE_ENTRY
    )
    created_at = models.DateTimeField(_("recorded at"), db_default=Now(), editable=False)

    objects = CitizenQuerySet.as_manager()

    class Meta:
        verbose_name = _("citizen")
        verbose_name_plural = _("citizens")
        ordering = ["id"]
        indexes = [
            # Searches in the whole registry use the date of birth first: many people share a name.
            models.Index(
                fields=["date_of_birth", "search_name"], include=["id"], name="citizen_birth_name"
            ),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="citizen_phone"),
            models.Index(
                fields=["id_number"],
                condition=Q(id_number__isnull=False),
                name="citizen_id_number_any",
            ),
            # The hotline searches by the beginning of a name and the end of a number.
            models.Index(
                fields=["search_name"], opclasses=["varchar_pattern_ops"], name="citizen_name_start"
            ),
            models.Index(
                OpClass(Reverse("id_number"), name="text_pattern_ops"), name="citizen_id_ending"
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="citizen_merged_into",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["id_number"],
                condition=Q(id_number_proven=True),
                name="citizen_id_number_once",
                violation_error_message=_("A citizen with this ID number exists already."),
            ),
            models.CheckConstraint(
                condition=Q(id_number=None) | Q(id_number__regex=ID_NUMBER_PATTERN),
                name="citizen_id_number_form",
                violation_error_message=_(
                    "An ID number has 12 digits, or 9 digits, or is a passport number."
                ),
            ),
            models.CheckConstraint(
                condition=Q(phone__regex=PHONE_PATTERN),
                name="citizen_phone_form",
                violation_error_message=_("A phone number is stored with its country code."),
            ),
            models.CheckConstraint(
                condition=Q(NAME_IS_COMPOSED) & ~Q(full_name=""),
                name="citizen_full_name_composed",
                violation_error_message=_("A name is stored in composed form and is not empty."),
            ),
            models.CheckConstraint(
                condition=~Q(full_name__regex=NOT_IN_A_NAME) & Q(full_name__regex=HAS_A_LETTER),
                name="citizen_full_name_visible",
                violation_error_message=_(
                    "A name has letters, single spaces and no invisible characters."
                ),
            ),
            models.CheckConstraint(
                condition=FIRST_DAY_STORED,
                name="citizen_birth_precision",
                violation_error_message=_("A year or month of birth is stored as its first day."),
            ),
            models.CheckConstraint(
                condition=Q(date_of_birth__gte=date(1900, 1, 1), date_of_birth__lte=DAY_OF_ENTRY),
                name="citizen_born_before_entry",
                violation_error_message=_("A date of birth lies in the past, after 1900."),
            ),
            # The trigger of migration 0004 ensures that a part is never merged into a part.
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")),
                name="citizen_not_merged_into_itself",
                violation_error_message=_("A record cannot be a part of itself."),
            ),
        ]

    def __str__(self) -> str:
        # It appears in logs and on error pages, which must not show names.
        return str(self.public_id)

    @property
    def kept(self) -> "Citizen":
        """The kept record of this person: this one, or the one that it was merged into."""
        return self.merged_into or self


class CitizenRevision(Identity):
    """The identity of a citizen since one moment. Append-only (migration 0002)."""

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="revisions",
        verbose_name=_("citizen"),
        db_index=False,
    )
    number = models.PositiveSmallIntegerField(_("revision"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    by_organization = models.ForeignKey(
        Organization,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by organization"),
        db_index=False,
    )
    why = models.CharField(_("why"), max_length=500, blank=True)
    correction_reference = models.CharField(_("correction"), max_length=16, blank=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("revision of a citizen")
        verbose_name_plural = _("revisions of citizens")
        ordering = ["citizen_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["citizen", "number"], name="citizen_revision_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="citizen_revision_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.number}"


class IdentityCheck(models.Model):
    """A comparison of a citizen's facts with an identity paper. Append-only (migration 0004).

    It replaces the answer of the population database, which is only match or no match, so this
    row says no more. The number of the paper is not stored.
    """

    class Paper(models.TextChoices):
        CCCD = "cccd", _("Citizen identity card (căn cước)")
        CMND = "cmnd", _("Old identity card (CMND)")
        PASSPORT = "passport", _("Passport")
        BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate")

    class Verdict(models.TextChoices):
        MATCH = "match", _("The paper says so")
        NO_MATCH = "no_match", _("The paper says otherwise")

    citizen = models.ForeignKey(
        Citizen,
        on_delete=models.PROTECT,
        related_name="identity_checks",
        verbose_name=_("citizen"),
    )
    correction_reference = models.CharField(_("correction"), max_length=16, blank=True)
    paper = models.CharField(_("identity paper"), max_length=20, choices=Paper)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
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
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.citizen_id} · {self.paper} · {self.verdict}"


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


def _kept(links: RecordLinkQuerySet) -> Any:
    """Return the ids of the kept records of these links."""
    # Without an order: a part of a UNION must not have one.
    return links.order_by().values_list(Coalesce("citizen__merged_into_id", "citizen_id"))


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
        Citizen, on_delete=models.PROTECT, related_name="links", verbose_name=_("citizen")
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


class RecordVisit(models.Model):
    """A user opened a citizen's record. Append-only (migration 0002); the citizen can see it."""

    class Why(models.TextChoices):
        OWN = "own", _("Own record")
        GUARDIAN = "guardian", _("Guardian")
        REVIEW = "review", _("Review of a proposal")
        OVERSIGHT = "oversight", _("Oversight")
        HOTLINE = "hotline", _("Hotline")
        PARTNER = "partner", _("Partner system")
        LIST = "list", _("Seen in a list")
        CALL = "call", _("Phone number seen, to call")

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
    why = models.CharField(_("why"), max_length=16, choices=Why)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("visit of a record")
        verbose_name_plural = _("visits of records")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["citizen", "at"], name="record_visit_citizen_at")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.why} · {self.citizen_id}"
