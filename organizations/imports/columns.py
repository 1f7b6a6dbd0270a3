"""The two tables of a file: their headings, and the words for kinds and roles, in both languages.

A file written by somebody who reads Vietnamese is imported by somebody who reads English, so the
words are not those of the reader's language alone.
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
# As Excel can hold them; longer ones are refused by the row.
TITLES = {SITES: _noop("Sites"), STAFF: _noop("Staff")}
TABLE_LABELS = {SITES: gettext_lazy("Sites"), STAFF: gettext_lazy("Staff")}


@dataclass(frozen=True)
class Heading:
    """A column: its name in code, what stands above it, and whether a table needs it."""

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
    ),
}


def title(heading: Heading) -> str:
    """Return what stands above a column, in the reader's language."""
    return _(heading.title)


@cache
def titles(table: str) -> dict[str, str]:
    """Return the field for each heading of a table, in any language, as search keys."""
    return {key: one.field for one in HEADINGS[table] for key in _in_all_languages(one.title)}


@lru_cache(maxsize=512)
def kind_of(typed: str) -> str:
    """Return the kind of organization that a word in the file means, empty for none."""
    return _kinds().get(search_key(typed), "")


@lru_cache(maxsize=512)
def role_of(typed: str) -> str:
    """Return the role that a word in the file means, empty for none."""
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
