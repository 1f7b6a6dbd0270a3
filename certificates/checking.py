"""What becomes of a certificate that somebody shows: the answer of the registry itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from certificates.dcc import coding, schema, uvci
from certificates.dcc.coding import Damaged, Read
from certificates.keys.trust import signer_of
from certificates.models import Certificate, Countersignature
from doses.models import Vaccine

# A clock may be wrong by this much.
LEEWAY = timedelta(minutes=5)


class Answer(StrEnum):
    """What is told of a certificate; `views` has the words."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    NOT_OURS = "not_ours"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Checked:
    """The answer, with no more than the certificate itself says, masked.

    name: "NGUYỄN T. M. D."; born: the year; given_on: ISO date; dose: "2/2". All are "" for a
    certificate that is not ours. ended_at: when it was replaced or withdrawn.
    """

    answer: Answer
    name: str = ""
    born: str = ""
    vaccine: str = ""
    given_on: str = ""
    dose: str = ""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None


def check_text(text: str, now: datetime) -> Checked:
    """Return what counts of the text of a QR code."""
    try:
        found = coding.read(text)
    except Damaged as damaged:
        # Another QR code is whole, and no certificate.
        return Checked(Answer.NOT_OURS if damaged.step == "prefix" else Answer.DAMAGED)
    key = signer_of(found)
    if key is None or schema.trouble(found.statement):
        return Checked(Answer.NOT_OURS)
    if key.withdrawn_at is not None:
        return _checked(found, Answer.REVOKED, key.withdrawn_at)
    if not (key.not_before <= found.issued_at and found.expires_at <= key.not_after):
        return Checked(Answer.NOT_OURS)
    return _by_record(found, now)


def check_code(typed: str, now: datetime) -> Checked | None:
    """Return what counts of the certificate with this short code; None when there is none."""
    code = uvci.typed_code(typed)
    signature = (
        Countersignature.objects.filter(certificate__code=code).order_by("-pk").first()
        if code
        else None
    )
    if signature is None:
        return None
    return check_text(coding.text_of(bytes(signature.cose)), now)


def masked(family: str, given: str) -> str:
    """Return a name of which the first word and the first letters of the others can be read.

    Of names of other countries nobody knows the parts: all of it is the family name (dcc/names.py).
    """
    words = f"{family} {given}".split()
    return " ".join([*words[:1], *(f"{word[0]}." for word in words[1:])]).upper()


def vaccine_names() -> dict[str, str]:
    """Return the names of vaccines by the code that certificates have (mp)."""
    rows = Vaccine.objects.exclude(mp="").order_by("-pk")
    return dict(rows.values_list("mp", "name"))


def _by_record(found: Read, now: datetime) -> Checked:
    stated = _entry(found)
    row = Certificate.objects.filter(uvci=stated.get("ci", "")).first()
    ours = Countersignature.objects.filter(certificate=row, cose=found.cose)
    if row is None or not ours.exists():
        # The key is ours, and the registry has never signed this: nothing vouches for it.
        return Checked(Answer.NOT_OURS)
    if row.status == Certificate.Status.REVOKED:
        return _checked(found, Answer.REVOKED, row.ended_at)
    if row.status == Certificate.Status.SUPERSEDED:
        return _checked(found, Answer.REPLACED, row.ended_at)
    if found.expires_at <= now:
        return _checked(found, Answer.EXPIRED, None)
    if found.issued_at > now + LEEWAY:
        return _checked(found, Answer.NOT_YET, None)
    return _checked(found, Answer.VALID, None)


def _checked(found: Read, answer: Answer, ended_at: datetime | None) -> Checked:
    stated, names = _entry(found), found.statement["nam"]
    product = stated.get("mp", "")
    vaccine = Vaccine.objects.filter(mp=product).values_list("name", flat=True).first()
    return Checked(
        answer,
        name=masked(names.get("fn") or names.get("fnt", ""), names.get("gn") or ""),
        born=found.statement["dob"][:4],
        vaccine=vaccine or product,
        given_on=stated.get("dt", ""),
        dose=f"{stated['dn']}/{stated['sd']}" if "dn" in stated else "",
        issued_at=found.issued_at,
        expires_at=found.expires_at,
        ended_at=ended_at,
    )


def _entry(found: Read) -> dict[str, Any]:
    entries: list[dict[str, Any]] = found.statement.get("v") or [{}]
    return entries[0]
