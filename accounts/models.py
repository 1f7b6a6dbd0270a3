"""Users, their codes, tokens and invitations, and the attempts counted by rate limits."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vaxreg import ui
from vaxreg.encryption import BlindIndexField, EncryptedTextField, is_encrypted
from vaxreg.fields import EncryptedIdNumberField, SearchKeyField
from vaxreg.id_numbers import NUMBER_LABEL
from vaxreg.typed.birth_dates import FIRST_DAY_STORED, BirthDate
from vaxreg.typed.dates import Precision


class Language(models.TextChoices):
    """The languages of the pages."""

    VIETNAMESE = "vi", _("Vietnamese")
    ENGLISH = "en", _("English")


class SessionKind(models.TextChoices):
    """How the user signed in, by phone or as staff; decides which pages they may open."""

    CITIZEN = "citizen", _("citizen")
    STAFF = "staff", _("staff")


class UserManager(BaseUserManager["User"]):
    """Creates users; stores e-mail addresses in lower case, so that one address is one user."""

    def create_user(
        self,
        *,
        email: str | None = None,
        phone: str | None = None,
        password: str | None = None,
        full_name: str = "",
        **extra: Any,
    ) -> "User":
        """Create a user with an e-mail address or a phone number (E.164, "+84912345678").

        Without a password nobody can sign in by password. Raises IntegrityError when the address
        or number is taken, or when both are missing and the user has no VNeID.
        """
        user = self.model(
            email=email.strip().lower() if email else None,
            phone=phone or None,
            full_name=full_name,
            **extra,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, public_id: Any = None, password: str | None = None, **extra: Any
    ) -> "User":
        """Create an administrator; `createsuperuser` asks for the e-mail address."""
        if public_id:
            extra["public_id"] = public_id
        extra.setdefault("is_staff", True)
        extra.setdefault("is_superuser", True)
        return self.create_user(password=password, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """One person. Citizens sign in by phone or VNeID, staff by e-mail; one person may do both."""

    public_id = models.UUIDField(_("public ID"), default=uuid.uuid4, unique=True, editable=False)
    # NULL, not "", when unknown: unique columns allow several NULLs.
    email = models.EmailField(_("e-mail address"), null=True, blank=True)  # noqa: DJ001
    # Of one account that stands: a closed one keeps the number, so that nobody decides about what
    # they filed with it, and frees it for another account.
    phone = models.CharField(_("phone number"), max_length=16, null=True, blank=True)  # noqa: DJ001
    phone_verified = models.BooleanField(_("phone number verified"), default=False)
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.VIETNAMESE
    )
    must_change_password = models.BooleanField(_("must change password"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the administration site"), default=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    sessions_ended_at = models.DateTimeField(_("sessions ended at"), null=True, blank=True)
    # Signs in by VNeID (identity/models.py), perhaps in no other way.
    has_vneid = models.BooleanField(_("signs in by VNeID"), default=False, db_default=False)
    # No staff sign-in, but access to one's own record; `is_active=False` ends both.
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    # Closed by its person, for good; `is_active` is False then.
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "public_id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message=_("There is already a user with this e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["phone"],
                condition=Q(closed_at=None),
                name="user_phone_unique",
                violation_error_message=_("There is already an account with this phone number."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(is_active=False), name="user_closed_is_not_active"
            ),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False) | Q(has_vneid=True),
                name="user_can_sign_in",
                violation_error_message=_("Give an e-mail address or a phone number."),
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="user_phone_is_e164",
                violation_error_message=_("Give the phone number with its country code."),
            ),
            models.CheckConstraint(
                condition=Q(phone_verified=False) | Q(phone__isnull=False),
                name="user_verified_phone_is_there",
            ),
        ]
        indexes = [
            # Closed accounts too: the person behind an account is also known by those.
            models.Index(fields=["phone"], name="user_phone"),
            models.Index(
                F("created_at"),
                condition=Q(phone_verified=False, email__isnull=True),
                name="user_never_verified",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or str(self.public_id)

    def clean(self) -> None:
        """Store the address in lower case and empty contact fields as NULL (they are unique)."""
        super().clean()
        self.email = self.email.strip().lower() if self.email else None
        self.phone = self.phone or None

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        """The given name, which comes last in Vietnamese names."""
        return self.full_name.split(" ")[-1]

    @property
    def shown_as(self) -> str:
        """The account as others see it: its phone number, masked; VNeID has accounts without one."""
        if self.closed_at:
            return gettext("a closed account")
        return ui.masked_phone(self.phone) if self.phone else gettext("an account with VNeID")

    def get_session_auth_hash(self) -> str:
        """A hash that changes with the password and `sessions_ended_at`: ends older sessions."""
        return self._session_hash()

    def get_session_auth_fallback_hash(self) -> Any:
        """The same hash under each of SECRET_KEY_FALLBACKS: key rotation must end no session."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret=secret)

    def _session_hash(self, secret: str | bytes | None = None) -> str:
        ended = self.sessions_ended_at.isoformat() if self.sessions_ended_at else ""
        return salted_hmac(
            "accounts.User.session", f"{self.password}|{ended}", secret=secret, algorithm="sha256"
        ).hexdigest()


class VerifiedIdentity(models.Model):
    """Who a member of staff is, by a paper that somebody saw. Kept when a newer row replaces it.

    Without one nobody decides: it tells whether a record is their own (citizens/migrations/0003).
    """

    class Proof(models.TextChoices):
        APPOINTMENT = "appointment", _("Paper seen at the appointment")
        IMPORT = "import", _("List of staff that was imported")
        PAPER = "paper", _("Paper seen later")
        COMMAND = "command", _("Written by an administrator")

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="identities", verbose_name=_("user")
    )
    # Empty for an account without a name: then number and phone alone tell who it is.
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    search_name = SearchKeyField(_("search name"), max_length=150, source="full_name")
    id_number = EncryptedIdNumberField(_("ID number"))
    number_hash = BlindIndexField(of="id_number", label=NUMBER_LABEL, db_default="")
    # The first day that it may be, when the year or the month alone is known.
    date_of_birth = models.DateField(_("date of birth"))
    birth_precision = models.CharField(
        _("what is known of the date of birth"),
        max_length=5,
        choices=Precision,
        default=Precision.DAY,
        db_default=Precision.DAY,
    )
    # A private number, by which the registry knows the person too; E.164 or "".
    phone = models.CharField(_("phone number"), max_length=16, blank=True)
    proven_by = models.CharField(_("proven by"), max_length=12, choices=Proof.choices)
    by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("verified identity")
        verbose_name_plural = _("verified identities")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at=None), name="verified_identity_one_in_force"
            ),
            # One person has one staff account: two would let them confirm their own decisions.
            models.UniqueConstraint(
                fields=["number_hash"],
                condition=Q(ended_at=None),
                name="verified_identity_one_account",
                violation_error_message=_("Another account has this ID number."),
            ),
            models.CheckConstraint(
                condition=Q(is_encrypted("id_number")), name="verified_identity_number_encrypted"
            ),
            models.CheckConstraint(
                condition=FIRST_DAY_STORED,
                name="verified_identity_birth_precision",
                violation_error_message=_("A year or month of birth is stored as its first day."),
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="verified_identity_phone_is_e164",
                violation_error_message=_("Give the phone number with its country code."),
            ),
        ]
        indexes = [models.Index(fields=["number_hash"], name="verified_identity_hash")]

    def __str__(self) -> str:
        return f"{self.user_id} · {self.proven_by}"

    @property
    def born(self) -> BirthDate:
        """The date of birth, as far as it is known."""
        return BirthDate(self.date_of_birth, self.birth_precision)


class ContactEmail(models.Model):
    """An e-mail address that a citizen gave for sign-in codes; `User.email` is that of staff.

    It counts once it is confirmed by a code sent there. One that waits replaces the confirmed one
    when it is confirmed itself.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="contact_emails", verbose_name=_("user")
    )
    address = EncryptedTextField(_("e-mail address"))
    code_hash = models.CharField(_("hash of the code"), max_length=64)
    code_expires_at = models.DateTimeField(_("code expires at"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    given_at = models.DateTimeField(_("given at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("e-mail address of a citizen")
        verbose_name_plural = _("e-mail addresses of citizens")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=False),
                name="contact_email_one_confirmed",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(confirmed_at=None), name="contact_email_one_waiting"
            ),
        ]
        indexes = [
            models.Index(
                F("code_expires_at"), condition=Q(confirmed_at=None), name="contact_email_age"
            ),
        ]

    def __str__(self) -> str:
        return f"e-mail of user {self.user_id}"


class CodeWay(models.TextChoices):
    """How a code reaches its owner; one to the phone alone proves the number."""

    PHONE = "phone", _("SMS or call")
    EMAIL = "email", _("e-mail on file")
    HOTLINE = "hotline", _("read out by the hotline")


class SignInCode(models.Model):
    """A one-time code. The session that asked for it holds its id, never the code."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="+", verbose_name=_("user")
    )
    code_hash = models.CharField(_("hash of the code"), max_length=64)
    digits = models.PositiveSmallIntegerField(_("number of digits"), default=6, db_default=6)
    way = models.CharField(
        _("way"),
        max_length=8,
        choices=CodeWay.choices,
        default=CodeWay.PHONE,
        db_default=CodeWay.PHONE,
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    # What carries the code; NULL when none was sent, or it is deleted with its secret.
    message = models.ForeignKey(
        "messaging.Message",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("message"),
        db_index=False,
    )

    class Meta:
        verbose_name = _("sign-in code")
        verbose_name_plural = _("sign-in codes")
        indexes = [
            models.Index(F("created_at"), name="sign_in_code_age"),
            # A message that is deleted is taken out of its code.
            models.Index(fields=["message"], name="sign_in_code_message"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at <= now


class Attempt(models.Model):
    """An attempt that a rate limit counts.

    Its subject (a phone number, an IP address, a user) is stored as a keyed hash only.
    """

    purpose = models.CharField(_("purpose"), max_length=40)
    subject_hash = models.CharField(_("hash of the subject"), max_length=64)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(F("purpose"), F("subject_hash"), F("at").desc(), name="attempt_count"),
            models.Index(F("at"), name="attempt_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} #{self.pk}"


class Scope(models.TextChoices):
    """What a program may do in its user's name; `SCOPES_OF` says who may give it away."""

    READ = "read", _("read")
    FILE = "file", _("file proposals and take the citizen’s steps")
    REVIEW = "review", _("take the steps of the site that reviews")
    OVERSEE = "oversee", _("take the steps of health officers")


SCOPES_OF = {
    SessionKind.CITIZEN: (Scope.READ, Scope.FILE),
    SessionKind.STAFF: (Scope.READ, Scope.REVIEW, Scope.OVERSEE),
}
# Requests of one token in a minute, unless it was made with another limit.
PER_MINUTE = 120


class ApiToken(models.Model):
    """A key for a program, of which only the hash is stored. smart_scopes: below /fhir/ alone."""

    name = models.CharField(_("name"), max_length=100)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    key_hash = models.CharField(_("hash of the key"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind.choices)
    scopes = ArrayField(
        models.CharField(max_length=10, choices=Scope.choices),
        verbose_name=_("scopes"),
        default=list,
        db_default=[],
    )
    smart_scopes = ArrayField(
        models.CharField(max_length=60), verbose_name=_("SMART scopes"), default=list, db_default=[]
    )
    per_minute = models.PositiveSmallIntegerField(
        _("requests in a minute"), default=PER_MINUTE, db_default=PER_MINUTE
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    # The minute that is counted, and the requests in it.
    minute = models.DateTimeField(_("counted minute"), null=True, blank=True)
    used_in_minute = models.PositiveIntegerField(
        _("requests in this minute"), default=0, db_default=0
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=SessionKind.values), name="api_token_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values), name="api_token_scopes_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [*(str(Scope(scope).label) for scope in self.scopes), *self.smart_scopes]


class Invitation(models.Model):
    """A link by which a member of staff chooses the first password. Only its hash is stored."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("user")
    )
    token_hash = models.CharField(_("hash of the link"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    # Set when a newer link replaces it, or when the person has no organization left to work at.
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at=None, revoked_at=None),
                name="invitation_one_open_link",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="invitation_lasts_a_while"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None), name="invitation_used_or_revoked"
            ),
        ]
        indexes = [models.Index(F("expires_at"), name="invitation_age")]

    def __str__(self) -> str:
        return f"invitation #{self.pk}"
