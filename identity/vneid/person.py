"""The person that VNeID describes: name, date of birth and personal number, read from its claims."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from identity.vneid.configuration import Configuration
from identity.vneid.refusals import Reason, Refusal
from vaxreg import db_time
from vaxreg.typed import dates
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.names import checked_name

# Every citizen has a number of 12 digits, those without a card too (Thông tư 59/2021/TT-BCA, art. 4).
_NUMBER = re.compile(r"[0-9]{12}")
_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Person:
    """A person as VNeID knows them, by issuer and subject."""

    issuer: str
    subject: str
    full_name: str
    born: BirthDate
    id_number: str


def has_facts(claims: Mapping[str, Any], configuration: Configuration) -> bool:
    """Whether all facts are there, so that nothing more need be asked for."""
    return all(claims.get(name) for name in configuration.claims.values())


def described(claims: Mapping[str, Any], configuration: Configuration) -> Person:
    """Return the person. Raises Refusal (NO_FACTS) when a fact is missing or is none."""
    facts = {fact: claims.get(name) for fact, name in configuration.claims.items()}
    number = facts["id_number"]
    if not isinstance(number, str) or not _NUMBER.fullmatch(number):
        raise Refusal(Reason.NO_FACTS, "id_number")
    return Person(
        issuer=configuration.issuer,
        subject=str(claims["sub"]),
        full_name=_name(facts["full_name"]),
        born=_born(facts["date_of_birth"]),
        id_number=number,
    )


def _name(value: Any) -> str:
    try:
        name = checked_name(value) if isinstance(value, str) else ""
    except ValidationError as wrong:
        raise Refusal(Reason.NO_FACTS, "full_name") from wrong
    if not name:
        raise Refusal(Reason.NO_FACTS, "full_name")
    return name


def _born(value: Any) -> BirthDate:
    """Read `1988-03-27`, as OpenID Connect writes it, or as people do: 27/03/1988, 1988."""
    today = timezone.localtime(db_time.now()).date()
    try:
        read = dates.read(
            value if isinstance(value, str) else "",
            earliest=_EARLIEST,
            latest=today,
            today=today,
            guess_century=False,
        )
    except dates.UnreadableDate as wrong:
        raise Refusal(Reason.NO_FACTS, "date_of_birth") from wrong
    if read.first < _EARLIEST or read.first > today:
        raise Refusal(Reason.NO_FACTS, "date_of_birth")
    return BirthDate(read.first, read.precision)
