"""Scopes as SMART on FHIR writes them: `patient/Immunization.rs`, or `.read` as version 1 wrote it."""

import re
from dataclasses import dataclass

from accounts.models import SessionKind

# What each kind of token may be given: records of one's own, or what staff and systems may reach.
CONTEXTS = {SessionKind.CITIZEN: ("patient",), SessionKind.STAFF: ("user", "system")}
# Letters of version 2 for the words of version 1: create, read, update, delete, search.
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
_WRITTEN = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|c?r?u?d?s?)")
ANY = "*"


@dataclass(frozen=True)
class SmartScope:
    """What may be done with resources of a type. letters: those of "cruds" that are given."""

    context: str
    resource: str
    letters: str

    def allows(self, resource: str, letter: str) -> bool:
        """Whether it allows this with this type of resource."""
        return self.resource in (resource, ANY) and letter in self.letters


def parse(text: str) -> SmartScope:
    """Read a scope of either version. Raises ValueError, also for one narrowed by a search."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not found[3]:
        raise ValueError(f"no SMART scope: {text}")
    return SmartScope(found[1], found[2], _VERSION_1.get(found[3], found[3]))
