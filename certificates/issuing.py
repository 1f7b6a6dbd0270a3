"""The verbs of a certificate: a site states, a change replaces or withdraws. All in one transaction.

The centre's signature comes after it, by whoever has the centre's key (countersigning.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cbor2
from django.db import connection, transaction

from certificates.announcements import certificates_ended
from certificates.dcc import uvci
from certificates.keys.private import NoKey, Signer, signer
from certificates.models import Certificate, Role, Wanted
from certificates.stating import Stated, WhyNot, courses, stated, with_proven_identity
from citizens.models import Citizen
from doses.later import as_array
from doses.models import Dose
from vaxreg import db_time
from vaxreg.celery import hint


@dataclass
class Person:
    """What the certificates of one person are compared with."""

    record: Citizen
    parts: set[int] = field(default_factory=set)
    doses: list[Dose] = field(default_factory=list)
    is_proven: bool = False


@transaction.atomic
def follow(citizens: Iterable[int]) -> None:
    """Make the certificates of these people (ids, any parts) agree with the record as it is now.

    One that states what is no longer so is replaced, or withdrawn; one of a dose that was entered in
    error or stands on another record is withdrawn. Certificates are wanted then for everybody here
    who had some, or whose record somebody may open.
    """
    concerned = _concerned(set(citizens))
    if not concerned:
        return
    people = _people(concerned)
    live = (
        Certificate.objects.live()
        .filter(citizen__in=[part for person in people.values() for part in person.parts])
        .select_related("dose__vaccine__group", "dose__citizen", "citizen")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    now = db_time.now()
    compared = list(live)
    for one in compared:
        _compare(one, people, now)
    if ended := [one for one in compared if one.status in Certificate.ENDED]:
        certificates_ended.send(sender=Certificate, certificates=ended)
    Wanted.objects.bulk_create(
        [Wanted(citizen_id=kept) for kept in sorted(people)], ignore_conflicts=True
    )
    hint("certificates.make_wanted")


@transaction.atomic
def issue_for(citizen: Citizen) -> list[Certificate]:
    """Let the site state each dose of a person that may have a certificate and has none.

    Raises NoKey when no key of the sites may sign.
    """
    kept = citizen.merged_into_id or citizen.pk
    _lock(kept)
    person = _people({kept})[kept]
    of_doses = Certificate.objects.filter(dose__in=[dose.pk for dose in person.doses])
    have = set(of_doses.live().values_list("dose_id", flat=True))
    # Nobody loses one whose number, say, was mended and is not proven anew.
    had = set(of_doses.filter(citizen__in=person.parts).values_list("dose_id", flat=True))
    made = []
    for dose in person.doses:
        if dose.pk in have or not (person.is_proven or dose.pk in had):
            continue
        content = stated(dose, person.doses, person.record)
        if isinstance(content, Stated):
            made.append(_state(dose, person.record, content, signer(Role.SITE)))
    if made:
        hint("certificates.countersign")
    return made


def why_not(dose: Dose, course: list[Dose], person: Citizen, *, is_proven: bool) -> WhyNot | None:
    """Return why a dose has no certificate; None when it may have one."""
    content = stated(dose, course, person)
    if isinstance(content, WhyNot):
        return content
    return None if is_proven else WhyNot.IDENTITY


def want(citizen: Citizen) -> None:
    """Note that a person's certificates are wanted, and ask for them to be made soon."""
    Wanted.objects.bulk_create([Wanted(citizen=citizen.kept)], ignore_conflicts=True)
    hint("certificates.make_wanted")


def make_wanted(most: int = 500) -> int:
    """Make what is wanted, the first wish first; return for how many people."""
    done = 0
    for pk in list(Wanted.objects.order_by("at").values_list("pk", flat=True)[:most]):
        try:
            done += _make_one(pk)
        except NoKey:
            break
    return done


def end_unsigned(certificate: Certificate) -> None:
    """End a certificate below which no signature of a site counts; wish for another one.

    The key of the sites was withdrawn, then. To be called in a transaction that has locked it.
    """
    _end(certificate, Certificate.Status.REVOKED, Certificate.Why.NOT_SIGNED, db_time.now())
    certificates_ended.send(sender=Certificate, certificates=[certificate])
    want(certificate.citizen)


@transaction.atomic
def _make_one(citizen: int) -> bool:
    """Make what is wanted for one person; False when somebody else is at it. Raises NoKey.

    The wish goes before it is fulfilled: whoever writes to the record meanwhile waits for this
    transaction, and wishes again.
    """
    if not _lock(citizen, skip_locked=True) or not Wanted.objects.filter(pk=citizen).delete()[0]:
        return False
    issue_for(Citizen.objects.get(pk=citizen))
    return True


def _lock(kept: int, *, skip_locked: bool = False) -> bool:
    """Lock a record and the doses on it: nothing that is stated changes before it is stored.

    Return whether the record could be locked; with skip_locked it may not.
    """
    rows = Citizen.objects.filter(pk=kept)
    held = rows.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked)
    record = held.first()
    if record is None:
        return False
    doses = Dose.objects.of(record).order_by("pk")
    list(doses.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return True


def statement_of(certificate: Certificate) -> dict[str, Any]:
    """Return what the site has signed."""
    message = cbor2.loads(bytes(certificate.site_message))
    found: dict[str, Any] = cbor2.loads(message.value[2])
    return found


CONCERNED = """
WITH kept AS (
    SELECT DISTINCT coalesce(merged_into_id, id) AS id FROM citizens_citizen WHERE id = ANY(%(ids)s::bigint[])
), parts AS (
    SELECT kept.id AS kept, kept.id AS part FROM kept
     UNION ALL
    SELECT kept.id, part.id FROM kept JOIN citizens_citizen part ON part.merged_into_id = kept.id
)
SELECT DISTINCT kept FROM parts
 WHERE EXISTS (SELECT FROM certificates_certificate had WHERE had.citizen_id = part)
    OR EXISTS (SELECT FROM citizens_recordlink link WHERE link.citizen_id = part AND link.until IS NULL)
"""


def _concerned(ids: set[int]) -> set[int]:
    """Return the kept records among these that ever had a certificate, or that somebody may open.

    One query: an import of doses asks it for thousands of people at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED, {"ids": as_array(ids)})
        return {kept for (kept,) in cursor.fetchall()}


def _people(ids: set[int]) -> dict[int, Person]:
    """Return these people by the id of their kept record. Four queries."""
    rows = Citizen.objects.wholes(Citizen.objects.filter(pk__in=ids))
    parts = {row.pk: row for row in rows}
    people: dict[int, Person] = {}
    for row in parts.values():
        kept = row.merged_into_id or row.pk
        people.setdefault(kept, Person(parts[kept])).parts.add(row.pk)
    proven = with_proven_identity(parts)
    for kept, doses in courses(parts).items():
        people[kept].doses = doses
    for person in people.values():
        person.is_proven = bool(person.parts & proven)
    return people


def _compare(one: Certificate, people: dict[int, Person], now: datetime) -> None:
    holder = one.citizen.merged_into_id or one.citizen_id
    now_at = one.dose.citizen.merged_into_id or one.dose.citizen_id
    if now_at != holder:
        _end(one, Certificate.Status.REVOKED, Certificate.Why.MOVED, now)
        return
    person = people[holder]
    content = stated(one.dose, person.doses, person.record)
    if content == WhyNot.ENTERED_IN_ERROR:
        _end(one, Certificate.Status.REVOKED, Certificate.Why.ENTERED_IN_ERROR, now)
    elif isinstance(content, WhyNot):
        _end(one, Certificate.Status.REVOKED, Certificate.Why.NOT_STATED, now)
    else:
        before = statement_of(one)
        if before != content.with_uvci(one.uvci):
            same_dose = before["v"][0] == content.with_uvci(one.uvci)["v"][0]
            why = Certificate.Why.PERSON_CHANGED if same_dose else Certificate.Why.DOSE_CHANGED
            _replace(one, person.record, content, why, now)


def _replace(
    old: Certificate, record: Citizen, content: Stated, why: Certificate.Why, now: datetime
) -> None:
    _end(old, Certificate.Status.SUPERSEDED, why, now)
    try:
        by = signer(Role.SITE)
    except NoKey:
        # The person stays on the list of those for whom some are wanted.
        return
    old.replaced_by = _state(old.dose, record, content, by)
    old.save(update_fields=["replaced_by"])
    hint("certificates.countersign")


def _end(one: Certificate, status: Certificate.Status, why: Certificate.Why, now: datetime) -> None:
    one.status, one.ended_at, one.ended_why = status, max(now, one.signed_at), why
    one.save(update_fields=["status", "ended_at", "ended_why"])


def _state(dose: Dose, record: Citizen, content: Stated, by: Signer) -> Certificate:
    identifier = uvci.new_uvci()
    payload = cbor2.dumps(content.with_uvci(identifier))
    return Certificate.objects.create(
        citizen=record,
        dose=dose,
        dose_revision=dose.revision,
        uvci=identifier,
        code=uvci.code_of(identifier),
        site_key=by.row,
        site_message=by.key.sign(payload),
        signed_at=db_time.now(),
    )
