"""The verbs of requests about personal data: file, answer, extend, carry out, end a restriction.

Each locks the row, checks who may and from which state, and tells the person who asked.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as _noop

from accounts.identity import is_verified
from citizens.access import is_own_or_family, records_of
from citizens.models import Citizen, Restriction
from corrections.routing.desks import first_able_from
from organizations.models import Membership, Organization
from organizations.queries import for_area
from own_data import clock
from own_data.models import DataRequest, RequestState
from own_data.telling import tell
from vaxreg import db_time, ui
from vaxreg.addresses import absolute

if TYPE_CHECKING:
    from accounts.models import User

Kinds = Organization.Kind
OFFICES = (Kinds.DISTRICT_CENTRE, Kinds.PROVINCIAL_DEPARTMENT, Kinds.MINISTRY)
# What the person is told at each step.
WORDS = {
    "received": _noop(
        "So Tiem: your request about your data is received. Answer due by %(due)s. See %(link)s"
    ),
    "accepted": _noop(
        "So Tiem: your request about your data is accepted, to be done by %(due)s. See %(link)s"
    ),
    "refused": _noop("So Tiem: your request about your data is refused. The reason: %(link)s"),
    "extended": _noop(
        "So Tiem: your request about your data needs more time, until %(due)s. Why: %(link)s"
    ),
    "completed": _noop("So Tiem: your request about your data is carried out. See %(link)s"),
}


class NotPossible(Exception):
    """The request was answered, extended or carried out in the meantime."""


def office_for(citizen: Citizen) -> Organization:
    """Return whose officers answer: of the person's district or province, else the ministry.

    An office without a working officer is passed by. Raises Organization.DoesNotExist while the
    organizations have not been built.
    """
    office, _passed = first_able_from(for_area(citizen.area), _has_officer)
    return office or Organization.objects.open().get(kind=Kinds.MINISTRY)


@transaction.atomic
def file(citizen: Citizen, *, kind: str, what: str, why: str, by: "User") -> DataRequest:
    """Record a request about a record that the user may open; the clock starts.

    Raises PermissionDenied for another record, ValidationError while one of this kind is open.
    """
    if not records_of(by).filter(pk=citizen.pk).exists():
        raise PermissionDenied
    Citizen.objects.select_for_update(of=("self",)).get(pk=citizen.pk)
    whole = Citizen.objects.whole(citizen)
    if DataRequest.objects.filter(citizen__in=whole, kind=kind).unfinished().exists():
        raise ValidationError({"kind": _("There is an open request of this kind already.")})
    now = db_time.now()
    made = DataRequest.objects.create(
        citizen=citizen,
        asked_by=by,
        kind=kind,
        what=what,
        why=why,
        holder=office_for(citizen),
        received_at=now,
        answer_due_at=clock.answer_due(now),
        due_at=clock.completion_due(now),
    )
    _tell(made, "received")
    return made


@transaction.atomic
def answer(request: DataRequest, *, accepted: bool, words: str, by: "User") -> DataRequest:
    """Accept or refuse it; a refusal says why. Raises NotPossible, PermissionDenied."""
    request = _locked(request, by)
    if request.state != RequestState.RECEIVED:
        raise NotPossible
    if not accepted and not words:
        raise ValidationError({"words": _("Say why it is refused, in words for the person.")})
    request.answered_at, request.answered_by = db_time.now(), by
    request.is_accepted, request.answer = accepted, words
    request.save(update_fields=["answered_at", "answered_by", "is_accepted", "answer"])
    _tell(request, "accepted" if accepted else "refused")
    return request


@transaction.atomic
def extend(request: DataRequest, *, reason: str, by: "User") -> DataRequest:
    """Take 20 days instead of 10, once, with a reason, before the 10 are over.

    Raises NotPossible, PermissionDenied, ValidationError keyed "reason".
    """
    request = _locked(request, by)
    now = db_time.now()
    if request.state != RequestState.ACCEPTED or now > request.due_at:
        raise NotPossible
    if not reason:
        raise ValidationError({"reason": _("Say why it needs more time, in words for the person.")})
    request.extended_at, request.extended_by, request.extension_reason = now, by, reason
    request.due_at = clock.completion_due(request.received_at, extended=True)
    request.save(update_fields=["extended_at", "extended_by", "extension_reason", "due_at"])
    _tell(request, "extended")
    return request


@transaction.atomic
def complete(request: DataRequest, *, result: str, by: "User") -> DataRequest:
    """Carry it out: a restriction is in force from now on. `result` says what was done.

    Raises NotPossible, PermissionDenied, ValidationError keyed "result".
    """
    request = _locked(request, by)
    if request.state not in (RequestState.ACCEPTED, RequestState.EXTENDED):
        raise NotPossible
    if not result:
        raise ValidationError({"result": _("Say what was done, in words for the person.")})
    now = db_time.now()
    request.completed_at, request.completed_by, request.result = now, by, result
    request.save(update_fields=["completed_at", "completed_by", "result"])
    if request.kind == DataRequest.Kind.RESTRICTION:
        kept = request.citizen.kept
        Citizen.objects.select_for_update(of=("self",)).get(pk=kept.pk)
        if not Citizen.objects.restricted().filter(pk=kept.pk).exists():
            Restriction.objects.create(citizen=kept, since=now)
    _tell(request, "completed")
    return request


@transaction.atomic
def end_restriction(citizen: Citizen, *, by: "User") -> None:
    """Let the record be used as before; its person wants so. Nothing happens without one in force.

    Raises PermissionDenied for a record that the user may not open.
    """
    if not records_of(by).filter(pk=citizen.pk).exists():
        raise PermissionDenied
    whole = Citizen.objects.whole(citizen)
    Restriction.objects.in_force().filter(citizen__in=whole).update(until=db_time.now())


def may_act(user: "User", request: DataRequest) -> bool:
    """Whether the user answers it: an officer above it, verified, and not of the person's family."""
    if not is_verified(user) or is_own_or_family(user, request.citizen):
        return False
    return DataRequest.objects.visible_to(user).filter(pk=request.pk).exists()


def _has_officer(organization: Organization) -> bool:
    if organization.kind not in OFFICES or not organization.is_open:
        return False
    officers = Membership.objects.live().filter(
        organization=organization, role=Membership.Role.OFFICER, user__is_active=True
    )
    return officers.exists()


def _locked(request: DataRequest, by: "User") -> DataRequest:
    locked = (
        DataRequest.objects.select_for_update(of=("self",))
        .select_related("citizen__merged_into", "asked_by", "holder")
        .get(pk=request.pk)
    )
    if not may_act(by, locked):
        raise PermissionDenied
    return locked


def _tell(request: DataRequest, step: str) -> None:
    """Tell the person who asked, once for each step."""

    def words() -> str:
        return _(WORDS[step]) % {
            "due": ui.minute(request.next_due),
            "link": absolute(reverse("my-requests")),
        }

    tell(request.asked_by, f"own_data.{step}", words, key=f"data-request:{request.pk}:{step}")
