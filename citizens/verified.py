"""Opens the record of a person whose number, name and date of birth were verified elsewhere.

The number must be the proven one of the record, and name and date of birth must agree: else nothing
opens by itself, and the answer says what comes next.
"""

import enum
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from citizens import links
from citizens.candidates import Description
from citizens.models import Citizen, RecordLink

if TYPE_CHECKING:
    from accounts.models import User

# A condition for no row.
NOBODY = Q(pk=None)


class Opening(enum.Enum):
    """What became of the record of a verified person."""

    OPENED = enum.auto()
    # It was open for this account before.
    OPEN_ALREADY = enum.auto()
    # No record has this number, or only one that was typed for somebody else.
    NO_RECORD = enum.auto()
    # The number on the record is not proven: the phone on record may object for 24 hours.
    ASKED = enum.auto()
    # Name or date of birth on the record are others: staff look at the papers.
    DIFFERS = enum.auto()
    # Somebody who is on the record has stopped it: staff look at the papers.
    STOPPED = enum.auto()
    # Several unproven records have the number.
    SEVERAL = enum.auto()
    # The account has another own record open: two records of one person.
    OTHER_RECORD = enum.auto()


@transaction.atomic
def open_verified(user: "User", said: Description, proof: RecordLink.Proof) -> Opening:
    """Open the user's own record by verified facts, or begin what opens it later."""
    links.lock(user)
    proven = Citizen.objects.proven_by_number(said.id_number).select_related("merged_into").first()
    if proven is not None:
        return _open_proven(user, proven.kept, said, proof)
    rows = _numbered(said).filter(said.proven_by() or NOBODY)
    unproven = list(dict.fromkeys(one.kept for one in rows.order_by("pk")))
    if not unproven:
        return Opening.NO_RECORD
    if len(unproven) > 1:
        return Opening.SEVERAL
    return _ask_for_unproven(user, unproven[0])


def _open_proven(
    user: "User", record: Citizen, said: Description, proof: RecordLink.Proof
) -> Opening:
    whole = Citizen.objects.whole(record)
    parts = list(whole.values_list("pk", flat=True))
    known = RecordLink.objects.live().filter(user=user, citizen__in=parts).first()
    agrees = whole.filter(said.proven_by() or NOBODY).exists()
    if known is not None:
        if agrees:
            links.strengthen(known, proof)
        return Opening.OPEN_ALREADY
    if _has_own_record(user):
        return Opening.OTHER_RECORD
    if links.was_ended_by_others(user, parts):
        return Opening.STOPPED
    if not agrees:
        links.ask_staff(user, record)
        return Opening.DIFFERS
    links.make(user, record, proof, RecordLink.Relation.SELF)
    return Opening.OPENED


def _ask_for_unproven(user: "User", record: Citizen) -> Opening:
    parts = list(Citizen.objects.whole(record).values_list("pk", flat=True))
    if RecordLink.objects.live().filter(user=user, citizen__in=parts).exists():
        return Opening.OPEN_ALREADY
    if _has_own_record(user):
        return Opening.OTHER_RECORD
    if links.was_ended_by_others(user, parts):
        return Opening.STOPPED
    links.ask(user, record, by_card=False)
    return Opening.ASKED


def _has_own_record(user: "User") -> bool:
    own = RecordLink.objects.live().filter(user=user, relation=RecordLink.Relation.SELF)
    return own.exists()


def _numbered(said: Description) -> QuerySet[Citizen]:
    return Citizen.objects.numbered(said.id_number).select_related("merged_into")
