"""Everything that the registry holds about a person, as plain values that JSON can carry.

Other people stay masked: health staff appear by their organization, other accounts by the last
digits of their phone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from citizens import documents
from citizens.masking import mask_id
from citizens.models import Citizen, RecordLink, RecordVisit, Restriction
from corrections import history
from corrections.history import Audience
from corrections.models import Correction
from doses.models import Dose, DoseFacts
from identity.models import VneidIdentity
from messaging.models import Message
from own_data import proofs
from own_data.models import Download
from vaxreg import db_time
from vaxreg.typed.birth_dates import BirthDate

if TYPE_CHECKING:
    from accounts.models import User

Values = dict[str, Any]
# The number itself was never shown to whoever proved phone, name and date of birth alone.
PROVES_NO_NUMBER = RecordLink.Proof.PHONE_AND_BIRTH
NUMBER = "id_number"
OWN_VISITS = (RecordVisit.Why.OWN, RecordVisit.Why.GUARDIAN)


@dataclass(frozen=True)
class OwnRecord:
    """A record that the user may take a copy of. shows_numbers: ID numbers in full."""

    citizen: Citizen
    is_own: bool
    shows_numbers: bool


def records_of(user: "User") -> list[OwnRecord]:
    """Return the records that the user may open now, their own first. One query."""
    links = (
        RecordLink.objects.live()
        .filter(user=user)
        .select_related("citizen__area", "citizen__merged_into__area")
        .order_by("-relation", "id")
    )
    found: dict[int, OwnRecord] = {}
    for link in links:
        citizen = link.citizen.kept
        earlier = found.get(citizen.pk)
        shows = link.proven_by != PROVES_NO_NUMBER
        found[citizen.pk] = OwnRecord(
            citizen,
            is_own=link.relation == RecordLink.Relation.SELF or bool(earlier and earlier.is_own),
            shows_numbers=shows or bool(earlier and earlier.shows_numbers),
        )
    return list(found.values())


def everything(user: "User", chosen: Iterable[OwnRecord]) -> Values:
    """Return what is held about the account, and about the chosen records."""
    return {
        "made_at": db_time.now(),
        "account": _account(user),
        "records": [record(one, user) for one in chosen],
    }


def record(one: OwnRecord, reader: "User") -> Values:
    """Return one record: facts with their history, doses, proposals, who may open it, who did."""
    citizen, full = one.citizen, one.shows_numbers
    whole = Citizen.objects.whole(citizen)
    links = RecordLink.objects.filter(citizen__in=whole).select_related("user")
    visits = RecordVisit.objects.filter(citizen__in=whole).select_related("user", "organization")
    cases = Correction.objects.of(citizen).select_related("filing", "holder")
    doses = Dose.objects.of(citizen).select_related("vaccine", "organization")
    return {
        "record": citizen.public_id,
        "numbers_in_full": full,
        "person": _person(citizen, full),
        "recorded_at": citizen.created_at,
        "provenance": citizen.provenance,
        "restricted": [
            {"since": row.since, "until": row.until}
            for row in Restriction.objects.filter(citizen__in=whole)
        ],
        "history_of_person": [
            _person(revision, full)
            | {"revision": revision.number, "at": revision.at, "why": revision.why}
            for part in whole
            for revision in part.revisions.select_related("area")
        ],
        "documents": [_document(row, full) for row in documents.documents_of(citizen)],
        "doses": [_dose(dose) for dose in doses.order_by("given_on", "id")],
        "certificates": proofs.certificates_of(citizen),
        "proposals": [_case(case, full) for case in cases.order_by("received_at", "id")],
        "who_may_open_it": [_link(link, reader) for link in links.order_by("id")],
        "who_looked": [_visit(visit, reader) for visit in visits.order_by("-at", "-id")],
    }


def plain(value: Any) -> str:
    """Return what JSON has no type for: a moment or day as ISO 8601, all else as its text."""
    return value.isoformat() if isinstance(value, datetime | date | BirthDate) else str(value)


def _account(user: "User") -> Values:
    verified = VneidIdentity.objects.filter(user=user).order_by("id")
    return {
        "phone": user.phone,
        "full_name": user.full_name,
        "language": user.language,
        "created_at": user.created_at,
        "verified_by_vneid": [
            {
                "full_name": row.full_name,
                "date_of_birth": row.born,
                "id_number": row.id_number,
                "verified_at": row.verified_at,
                "ended_at": row.ended_at,
            }
            for row in verified
        ],
        "apps": proofs.apps_of(user),
        "programs": list(
            user.api_tokens.order_by("id").values(
                "name",
                "scopes",
                "smart_scopes",
                "created_at",
                "expires_at",
                "last_used_at",
                "revoked_at",
            )
        ),
        "messages": [
            {
                "at": one.created_at,
                "channel": one.channel,
                "state": one.state,
                "text": one.text_shown,
            }
            for one in Message.objects.inbox_of(user.pk).order_by("id")
        ],
        "downloads": list(
            Download.objects.filter(user=user)
            .order_by("id")
            .values("at", "form", "citizen__public_id")
        ),
    }


def _person(facts: Any, full: bool) -> Values:
    """Return the identity that a citizen or one of its revisions has."""
    return {
        "full_name": facts.full_name,
        "date_of_birth": facts.born,
        "sex": facts.sex,
        "id_number": _number(facts.id_number, full),
        "nationality": facts.nationality,
        "phone": facts.phone,
        "workplace": facts.workplace,
        "area": facts.area.full_name if facts.area else "",
    }


def _number(number: str | None, full: bool) -> str:
    if not number:
        return ""
    return number if full else mask_id(number)


def _document(row: Any, full: bool) -> Values:
    return {
        "kind": row.kind,
        "country": row.country,
        "number": _number(row.number, full),
        "is_proven": row.is_proven,
        "is_current": row.is_current,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
        "source": row.source,
        "added_at": row.added_at,
        "withdrawn_at": row.withdrawn_at,
    }


def _facts_of_dose(facts: DoseFacts) -> Values:
    return {
        "vaccine": facts.vaccine.name,
        "given_on": facts.given_on,
        "organization": facts.organization.name if facts.organization else "",
        "lot": facts.lot,
        "kind": facts.kind,
        "ordinal": facts.ordinal,
        "status": facts.status,
        "provenance": facts.provenance,
    }


def _dose(dose: Dose) -> Values:
    revisions = dose.revisions.select_related("vaccine", "organization", "by_organization")
    # What was written while it stood on another record is about somebody else.
    came = dose.moves.aggregate(last=Max("number"))["last"] or 0
    return _facts_of_dose(dose) | {
        "dose": dose.public_id,
        "recorded_at": dose.recorded_at,
        "revisions": [
            _facts_of_dose(one)
            | {
                "revision": one.number,
                "at": one.at,
                "why": one.why if one.number >= came else "",
                "proposal": one.correction_reference if one.number >= came else "",
                "by": one.by_organization.name if one.by_organization else "",
            }
            for one in revisions.order_by("number")
        ],
    }


def _case(case: Correction, full: bool) -> Values:
    return {
        "reference": case.reference,
        "kind": case.kind,
        "status": case.status,
        "received_at": case.received_at,
        "due_at": case.due_at,
        "decided_at": case.decided_at,
        "at": case.holder.name if case.holder else "",
        "your_words": case.filing.words,
        "recorded": _typed(case.recorded, full),
        "proposed": _typed(case.proposed, full),
        "decided": _typed(case.decided or {}, full),
        "ground": case.ground,
        "remark": case.remark_shown,
        "photos": [
            {
                "uploaded_at": photo.uploaded_at,
                "sha256": photo.sha256,
                "bytes": photo.size_bytes,
                "deleted_at": photo.deleted_at,
            }
            for photo in case.filing.evidence.all()
        ],
        "events": [
            {"at": line.at, "what": line.title, "who": line.who, "details": list(line.details)}
            for line in history.entries(case, Audience.CITIZEN)
        ],
    }


def _typed(values: Mapping[str, Any], full: bool) -> Values:
    """Return facts of a proposal; an ID number among them as the reader may see it."""
    if full or not values.get(NUMBER):
        return dict(values)
    return {**values, NUMBER: mask_id(str(values[NUMBER]))}


def _link(link: RecordLink, reader: "User") -> Values:
    return {
        "who": "you" if link.user_id == reader.pk else link.user.shown_as,
        "relation": link.relation,
        "proven_by": link.proven_by,
        "since": link.since,
        "until": link.until,
    }


def _visit(visit: RecordVisit, reader: "User") -> Values:
    who = "health staff"
    if visit.app:
        who = visit.app
    elif visit.user_id == reader.pk:
        who = "you"
    elif visit.why in OWN_VISITS:
        who = visit.user.shown_as
    elif visit.organization:
        who = visit.organization.name
    return {
        "at": visit.at,
        "why": visit.why,
        "who": who,
        "role": visit.role,
        "seen": visit.seen,
        "reference": visit.reference,
        "reason": visit.reason,
    }
