"""What a verified person does to accounts and records: enter, or be added to an account.

All of it is stored in one transaction, or nothing.
"""

import logging
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from accounts.models import Language
from citizens.candidates import Description
from citizens.models import RecordLink
from citizens.verified import Opening, open_verified
from identity.models import VneidIdentity
from identity.vneid.person import Person
from identity.vneid.refusals import Reason, Refusal
from vaxreg import db_time
from vaxreg.id_numbers import number_hashes

if TYPE_CHECKING:
    from accounts.models import User

log = logging.getLogger(__name__)


def enter(person: Person) -> tuple["User", Opening]:
    """Return the account of this person, made if there is none, and what became of their record.

    Raises Refusal: STAFF, SHUT, OTHER_NUMBER.
    """
    try:
        return _enter(person)
    except IntegrityError:
        # The same person entered twice at once: the other one has made the account.
        return _enter(person)


def add(user: "User", person: Person) -> Opening:
    """Let this account, which is signed in, be entered by this VNeID too; open its record.

    Raises Refusal: STAFF, OTHER_ACCOUNT, OTHER_PERSON, OTHER_NUMBER.
    """
    try:
        return _add(user, person)
    except IntegrityError as taken:
        # Another account has taken it at the same moment.
        raise Refusal(Reason.OTHER_ACCOUNT) from taken


@transaction.atomic
def _add(user: "User", person: Person) -> Opening:
    user = get_user_model().objects.select_for_update(of=("self",)).get(pk=user.pk)
    _refuse_staff(user)
    known = _in_force(person)
    if known is not None and known.user_id != user.pk:
        raise Refusal(Reason.OTHER_ACCOUNT)
    others = VneidIdentity.objects.filter(user=user, ended_at=None)
    if known is None and others.exclude(number_hash__in=number_hashes(person.id_number)).exists():
        raise Refusal(Reason.OTHER_PERSON)
    if known is None and others.filter(issuer=person.issuer).exists():
        raise Refusal(Reason.OTHER_PERSON)
    if known is None:
        _store(user, person)
        user.has_vneid = True
        user.save(update_fields=["has_vneid"])
    else:
        _renew(known, person)
    return _open(user, person)


def identity_of(user: "User") -> VneidIdentity | None:
    """Return who this account is by VNeID; None when VNeID has never said so."""
    rows = VneidIdentity.objects.filter(user=user, ended_at=None)
    return rows.order_by("-verified_at", "-pk").first()


@transaction.atomic
def _enter(person: Person) -> tuple["User", Opening]:
    known = _in_force(person)
    if known is None:
        user = get_user_model().objects.create_user(
            full_name=person.full_name,
            has_vneid=True,
            language=get_language() or Language.VIETNAMESE.value,
        )
        _store(user, person)
    else:
        user = known.user
        _refuse_staff(user)
        if not user.is_active:
            raise Refusal(Reason.SHUT)
        _renew(known, person)
    return user, _open(user, person)


def _in_force(person: Person) -> VneidIdentity | None:
    rows = VneidIdentity.objects.select_for_update(of=("self",)).select_related("user")
    return rows.filter(issuer=person.issuer, subject=person.subject, ended_at=None).first()


def _refuse_staff(user: "User") -> None:
    """Refuse accounts with which somebody works: they are entered by two factors alone."""
    if user.email is not None or user.is_staff or user.is_superuser:
        raise Refusal(Reason.STAFF)


def _store(user: "User", person: Person) -> None:
    VneidIdentity.objects.create(
        user=user,
        issuer=person.issuer,
        subject=person.subject,
        full_name=person.full_name,
        **person.born.columns,
        id_number=person.id_number,
        verified_at=db_time.now(),
    )


def _renew(known: VneidIdentity, person: Person) -> None:
    """Keep what VNeID said before, and store what it says now. Raises Refusal (OTHER_NUMBER)."""
    if known.id_number != person.id_number:
        raise Refusal(Reason.OTHER_NUMBER)
    if (known.full_name, known.born) == (person.full_name, person.born):
        return
    known.ended_at = db_time.now()
    known.save(update_fields=["ended_at"])
    _store(known.user, person)


def _open(user: "User", person: Person) -> Opening:
    said = Description.of(person.id_number, person.full_name, person.born)
    opening = open_verified(user, said, RecordLink.Proof.VNEID)
    log.info("vneid_verified", extra={"opening": opening.name})
    return opening
