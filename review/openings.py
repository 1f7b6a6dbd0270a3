"""People at the counter: who asked to open their record by a card, and who agrees to a relative."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from citizens import actions, links, photo_proofs
from citizens.family import consent
from citizens.models import (
    Citizen,
    ConsentRequest,
    PhotoProof,
    RecordLink,
    RecordLinkQuerySet,
    RecordVisit,
)
from citizens.papers import proving
from citizens.visits import log_visit
from doses.models import Dose
from organizations.models import Organization
from organizations.queries import with_predecessors
from review.queue import desks_of

if TYPE_CHECKING:
    from accounts.models import User


def confirmable_at_desks_of(user: "User") -> RecordLinkQuerySet:
    """Return the links that wait or were stopped, of records with a dose given by one of the user's desks."""
    return (
        RecordLink.objects.confirmable()
        .filter(_given_at_desks_of(user))
        .select_related("user", "citizen")
        .order_by("asked_at", "pk")
    )


def requests_at_desks_of(user: "User") -> QuerySet[ConsentRequest]:
    """Return the requests for an agreement, about records with a dose given by one of the user's desks."""
    return consent.requests_for_counter().filter(_given_at_desks_of(user))


@transaction.atomic
def record_consent(request: ConsentRequest, *, paper: str, by: "User") -> None:
    """Record that the adult stood at the counter, with this paper, and agreed to their relative.

    Raises PermissionDenied, consent.NotOpen, links.TooManyPeople, and ValidationError keyed "paper".
    """
    desk = desks_of(by)[0]
    link = consent.record_at_counter(request, paper=paper, by=by, by_organization=desk)
    actions.check_identity(link.citizen, paper=paper, matches=True, by=by, by_organization=desk)
    _log(by, link.citizen, desk, RecordVisit.Seen.REQUEST)


def photo(user: "User", public_id: UUID, which: str) -> bytes | None:
    """Return a photo ("paper" or "person") sent with a request at the user's desks, and log it.

    JPEG; None for other requests, and for photos that are deleted.
    """
    waiting = confirmable_at_desks_of(user)
    proof = PhotoProof.objects.filter(public_id=public_id, link__in=waiting.order_by()).first()
    if proof is None or which not in ("paper", "person"):
        return None
    _log(user, proof.link.citizen, desks_of(user)[0], RecordVisit.Seen.PHOTO)
    data = proof.paper_photo if which == "paper" else proof.person_photo
    return None if data is None else bytes(data)


@transaction.atomic
def decide_photos(link: RecordLink, verdict: str, *, by: "User") -> bool:
    """Store what the photos of a request show; return whether they were accepted.

    Raises PermissionDenied, photo_proofs.AlreadyDecided.
    """
    proof = photo_proofs.open_proofs([link]).get(link.pk)
    if proof is None:
        raise photo_proofs.AlreadyDecided
    desk = desks_of(by)[0]
    photo_proofs.decide(proof, verdict, by=by, by_organization=desk)
    _log(by, link.citizen, desk, RecordVisit.Seen.REQUEST)
    return verdict == PhotoProof.Verdict.SAME


@transaction.atomic
def confirm(link: RecordLink, *, paper: str, by: "User") -> None:
    """Open the record: the person stands at the counter, and this paper (IdentityCheck.Paper) is
    theirs.

    Raises PermissionDenied, links.NotWaiting, links.HasOwnRecord, and ValidationError keyed "paper".
    """
    links.confirm(link, by=by)
    desk = desks_of(by)[0]
    actions.check_identity(link.citizen, paper=paper, matches=True, by=by, by_organization=desk)
    _log(by, link.citizen, desk, RecordVisit.Seen.REQUEST)


def seen_at_desks_of(user: "User", citizen: int) -> Citizen | None:
    """Return the kept record of this person (an id) if one of the user's desks gave a dose."""
    desks = with_predecessors(desks_of(user)).order_by()
    found = Citizen.objects.select_related("merged_into").filter(pk=citizen).first()
    if found is None:
        return None
    given = Dose.objects.of(found.kept).filter(organization__in=desks.values("pk"))
    return found.kept if given.exists() else None


def log_at_counter(citizen: Citizen, *, by: "User") -> None:
    """Store that the desk compares a paper with the record of a person who stands before it."""
    _log(by, citizen, desks_of(by)[0], RecordVisit.Seen.RECORD)


@transaction.atomic
def prove_paper(citizen: Citizen, number: str, *, paper: str, by: "User", **said: Any) -> None:
    """Prove a paper of somebody at the counter, and log that the desk saw the record.

    `said` is what papers.proving.prove takes besides; it raises the same.
    """
    desk = desks_of(by)[0]
    proving.prove(citizen, number, paper=paper, by=by, by_organization=desk, **said)
    _log(by, citizen, desk, RecordVisit.Seen.RECORD)


def _log(by: "User", citizen: Citizen, desk: Organization, seen: str) -> None:
    """Store that the desk saw a person who asked it, or who stands before it."""
    ground = RecordVisit.Ground.COUNTER
    log_visit(by, citizen, RecordVisit.Why.REVIEW, organization=desk, ground=ground, seen=seen)


def _given_at_desks_of(user: "User") -> Exists:
    """Return a condition for rows about a citizen: one of the user's desks gave a dose."""
    desks = with_predecessors(desks_of(user)).order_by()
    return Exists(
        Dose.objects.filter(
            Q(citizen=OuterRef("citizen")) | Q(citizen__merged_into=OuterRef("citizen")),
            organization__in=desks.values("pk"),
        )
    )
