"""What a person's certificate card shows: which counts, what is missing and why, what became of old ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from certificates import issuing
from certificates.checking import vaccine_names
from certificates.dcc import coding, uvci
from certificates.issuing import statement_of, want
from certificates.models import Certificate, Countersignature
from certificates.stating import COVID_19, WhyNot, courses, is_covid, with_proven_identity
from citizens.models import Citizen
from doses.models import Dose
from doses.schedule import due_next
from vaxreg import db_time, ui


@dataclass(frozen=True)
class Held:
    """A certificate that counts. text: of its QR code; number: "2/2"; code: as people type it."""

    certificate: Certificate
    text: str
    number: str
    code: str
    vaccine: str
    given_on: date
    issued_at: datetime
    expires_at: datetime
    name: str
    born: str


@dataclass(frozen=True)
class Ended:
    """One that counts no more: what it said of which dose, and why it ended."""

    certificate: Certificate
    number: str
    vaccine: str
    given_on: date


@dataclass(frozen=True)
class Without:
    """A dose that has none, and why. why is None while it is being made."""

    dose: Dose
    why: WhyNot | None


@dataclass(frozen=True)
class Card:
    """All of it, the newest dose first. headline: how far the person's course has come."""

    headline: str
    held: Sequence[Held] = ()
    without: Sequence[Without] = ()
    ended: Sequence[Ended] = field(default=())

    @property
    def newest(self) -> Held | None:
        """The certificate that a guard is shown."""
        return self.held[0] if self.held else None

    @property
    def is_being_made(self) -> bool:
        return any(one.why is None for one in self.without)


def card_of(person: Citizen) -> Card:
    """Return the card of a person (the kept record); asks for what should exist and does not."""
    parts = list(Citizen.objects.whole(person).values_list("pk", flat=True))
    doses = courses(parts).get(person.pk, [])
    is_proven = bool(with_proven_identity(parts))
    rows = list(
        Certificate.objects.filter(citizen__in=parts)
        .select_related("dose__vaccine")
        .order_by("-dose__given_on", "-pk")
    )
    held = held_in([one for one in rows if one.status == Certificate.Status.CURRENT])
    have = {one.certificate.dose_id for one in held}
    without = [
        Without(dose, issuing.why_not(dose, doses, person, is_proven=is_proven))
        for dose in reversed(doses)
        if dose.pk not in have and is_covid(dose)
    ]
    if any(one.why is None for one in without):
        want(person)
    return Card(
        headline=headline(doses, person.date_of_birth, timezone.localdate(db_time.now())),
        held=held,
        without=without,
        ended=_ended([one for one in rows if one.status in Certificate.ENDED]),
    )


def headline(doses: Sequence[Dose], born: date, today: date) -> str:
    """Return how far a course of COVID-19 has come, in one line, by the rules in force on a day.

    doses: those that count, of all vaccines.
    """
    given = [dose for dose in doses if is_covid(dose)]
    if not given:
        return _("No dose against COVID-19 is on record")
    last = given[-1]
    due = [one for one in due_next(given, born, today) if one.group.code == COVID_19]
    missing = max(last.vaccine.primary_doses - last.ordinal, 0)
    if last.kind == Dose.Kind.PRIMARY and missing:
        said = ngettext(
            "%(missing)s dose of the first course is missing",
            "%(missing)s doses of the first course are missing",
            missing,
        ) % {"missing": missing}
    else:
        said = _("Fully vaccinated")
    if not due:
        return said
    when = (
        _("next dose due since %(day)s")
        if due[0].due_on <= today
        else _("next dose due on %(day)s")
    )
    return f"{said} · {when % {'day': ui.day(due[0].due_on)}}"


def held_of(person: Citizen, public_id: Any) -> Held | None:
    """Return one certificate of a person that counts; None for another's, or one that ended."""
    rows = Certificate.objects.of(person).filter(
        public_id=public_id, status=Certificate.Status.CURRENT
    )
    found = held_in(list(rows.select_related("dose__vaccine")))
    return found[0] if found else None


def held_in(rows: Sequence[Certificate]) -> list[Held]:
    """Return what certificates say by their newest signatures, also those that count no more.

    rows: signed by both, for before that a certificate is shown nowhere; with dose and vaccine.
    """
    newest = (
        Countersignature.objects.filter(certificate__in=rows)
        .order_by()
        .values("certificate")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    signed = {one.certificate_id: one for one in Countersignature.objects.filter(pk__in=newest)}
    return [_one_held(row, signed[row.pk]) for row in rows]


def _one_held(row: Certificate, signature: Countersignature) -> Held:
    stated = statement_of(row)
    names, entry = stated["nam"], stated["v"][0]
    return Held(
        certificate=row,
        text=coding.text_of(bytes(signature.cose)),
        number=f"{entry['dn']}/{entry['sd']}",
        code=uvci.code_in_groups(row.code),
        vaccine=row.dose.vaccine.name,
        given_on=date.fromisoformat(entry["dt"]),
        issued_at=signature.issued_at,
        expires_at=signature.expires_at,
        name=" ".join(part for part in (names.get("fn"), names.get("gn")) if part),
        born=stated["dob"],
    )


def _ended(rows: Sequence[Certificate]) -> list[Ended]:
    if not rows:
        return []
    # What it said then: the dose may have another vaccine now.
    names = vaccine_names()
    found = []
    for row in rows:
        entry = statement_of(row)["v"][0]
        found.append(
            Ended(
                certificate=row,
                number=f"{entry['dn']}/{entry['sd']}",
                vaccine=names.get(entry["mp"], entry["mp"]),
                given_on=date.fromisoformat(entry["dt"]),
            )
        )
    return found
