"""The verified identity of staff: stored, replaced, and asked for before a decision."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User, VerifiedIdentity
from vaxreg import db_time
from vaxreg.typed.birth_dates import BirthDate


class NumberTaken(Exception):
    """The ID number is that of another account: one person has one staff account."""


class AnotherIdentity(Exception):
    """The account belongs to somebody with another ID number or date of birth."""


def identity_of(user: User) -> VerifiedIdentity | None:
    """Return the identity in force; None when nobody has verified it."""
    return VerifiedIdentity.objects.filter(user=user, ended_at=None).first()


def is_verified(user: User) -> bool:
    """Whether the identity of this user is verified: only then may they decide."""
    return VerifiedIdentity.objects.filter(user=user, ended_at=None).exists()


def unverified() -> Q:
    """Return the users whose identity nobody has verified."""
    return Q(~Exists(VerifiedIdentity.objects.filter(user=OuterRef("pk"), ended_at=None)))


@transaction.atomic
def verify(
    user: User,
    *,
    id_number: str,
    date_of_birth: date | BirthDate,
    phone: str = "",
    proven_by: VerifiedIdentity.Proof,
    by: User | None,
) -> VerifiedIdentity:
    """Store who this user is; an older row ends and is kept. No change when it says the same.

    id_number: as the forms clean it; phone: E.164 or "". The caller checks that `by` may do it.
    Raises NumberTaken.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    known = identity_of(user)
    born = BirthDate.of(date_of_birth)
    said = (id_number, born, phone or (known.phone if known else ""))
    if known is not None and (known.id_number, known.born, known.phone) == said:
        return known
    now = db_time.now()
    _end(known, now)
    fresh = VerifiedIdentity(
        user=user,
        full_name=user.full_name,
        id_number=id_number,
        **born.columns,
        phone=said[2],
        proven_by=proven_by,
        by=by,
        at=now,
    )
    try:
        # A transaction of its own: the caller's goes on after the constraint has refused.
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError as refused:
        if "verified_identity_one_account" in str(refused):
            raise NumberTaken from None
        raise
    return fresh


def confirm(
    user: User, *, id_number: str, date_of_birth: date | BirthDate, phone: str = "", by: User | None
) -> VerifiedIdentity:
    """Store the identity at an appointment; a verified one is compared and never replaced.

    Raises AnotherIdentity when the account has another number or date of birth; NumberTaken.
    """
    known = identity_of(user)
    if known is not None:
        if known.id_number != id_number or not known.born.may_be(BirthDate.of(date_of_birth)):
            raise AnotherIdentity
        return known
    return verify(
        user,
        id_number=id_number,
        date_of_birth=date_of_birth,
        phone=phone,
        proven_by=VerifiedIdentity.Proof.APPOINTMENT,
        by=by,
    )


def _end(known: VerifiedIdentity | None, moment: datetime) -> None:
    if known is not None:
        known.ended_at = moment
        known.save(update_fields=["ended_at"])
