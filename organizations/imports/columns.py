"""The two tables of an import file: headers, kinds and roles, in both languages.

The file may be written in Vietnamese and imported by somebody who uses the English pages, so the
words of both languages are recognized.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.utils.translation import gettext_noop as _noop

from organizations.models import Membership, Organization
from vaxreg.search import search_key

SITES, STAFF = "sites", "staff"
# Sheet names; short enough for Excel, longer ones raise an error.
TITLES = {SITES: _noop("Sites"), STAFF: _noop("Staff")}
TABLE_LABELS = {SITES: gettext_lazy("Sites"), STAFF: gettext_lazy("Staff")}


@dataclass(frozen=True)
class Heading:
    """A column: its field name, its header, and whether the table needs it."""

    field: str
    title: str
    needed: bool = True


HEADINGS: dict[str, tuple[Heading, ...]] = {
    SITES: (
        Heading("code", _noop("Code")),
        Heading("name", _noop("Name")),
        Heading("kind", _noop("Kind")),
        Heading("parent", _noop("Code of the level above")),
        Heading("area", _noop("Area code"), needed=False),
        Heading("phone", _noop("Phone"), needed=False),
        Heading("email", _noop("E-mail"), needed=False),
    ),
    STAFF: (
        Heading("name", _noop("Full name")),
        Heading("email", _noop("E-mail")),
        Heading("organization", _noop("Code of the organization")),
        Heading("role", _noop("Role")),
        Heading("id_number", _noop("ID number"), needed=False),
        Heading("born", _noop("Date of birth"), needed=False),
        Heading("phone", _noop("Phone"), needed=False),
    ),
}


def title(heading: Heading) -> str:
    """Return the header of a column, in the user's language."""
    return _(heading.title)


@cache
def titles(table: str) -> dict[str, str]:
    """Return {search key of a header in any language: field} for a table."""
    return {key: one.field for one in HEADINGS[table] for key in _in_all_languages(one.title)}


@lru_cache(maxsize=512)
def kind_of(typed: str) -> str:
    """Return the kind of organization for a word in the file, or ""."""
    return _kinds().get(search_key(typed), "")


@lru_cache(maxsize=512)
def role_of(typed: str) -> str:
    """Return the role for a word in the file, or ""."""
    return _roles().get(search_key(typed), "")


@cache
def _kinds() -> dict[str, str]:
    return _words(Organization.Kind)


@cache
def _roles() -> dict[str, str]:
    return _words(Membership.Role)


def _words(choices: type[Organization.Kind] | type[Membership.Role]) -> dict[str, str]:
    found = {}
    for choice in choices:
        found[search_key(choice.value)] = str(choice.value)
        for language, _name in settings.LANGUAGES:
            with override(language):
                found[search_key(str(choice.label))] = str(choice.value)
    return found


def _in_all_languages(words: str) -> set[str]:
    found = {search_key(words)}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(search_key(_(words)))
    return found
