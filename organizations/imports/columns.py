"""The two tables of an import file: headers, kinds and roles, in both languages.

The file may be written in Vietnamese and imported by somebody who uses the English pages, so the
words of both languages are recognized.
"""

import re
from collections.abc import Iterable
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


# Fields with codes, numbers and addresses, in which a dash is a hyphen and a wide digit a digit.
CODES = frozenset({"code", "parent", "area", "organization", "email", "phone", "id_number", "born"})


_HYPHENS = re.compile("[-\u2010-\u2015\u2212]")


def word_key(word: str) -> str:
    """Return a header, kind or role as it is compared: without diacritics, hyphens and spelling.

    The ministry of education writes "xử lí", the ministry of health "xử lý".
    """
    letters = re.sub(r"[\s\W_]+", " ", search_key(_HYPHENS.sub("", word))).strip()
    return letters.replace("y", "i")


def title(heading: Heading) -> str:
    """Return the header of a column, in the user's language."""
    return _(heading.title)


def titles_of(table: str, fields: Iterable[str]) -> list[str]:
    """Return the headers of these fields, in the user's language."""
    wanted = set(fields)
    return [title(one) for one in HEADINGS[table] if one.field in wanted]


@cache
def titles(table: str) -> dict[str, str]:
    """Return {key of a header in any language: field} for a table."""
    return {key: one.field for one in HEADINGS[table] for key in _in_all_languages(one.title)}


@lru_cache(maxsize=512)
def kind_of(typed: str) -> str:
    """Return the kind of organization for a word in the file, or ""."""
    return _kinds().get(word_key(typed), "")


@lru_cache(maxsize=512)
def role_of(typed: str) -> str:
    """Return the role for a word in the file, or ""."""
    return _roles().get(word_key(typed), "")


@cache
def _kinds() -> dict[str, str]:
    return _words(Organization.Kind)


@cache
def _roles() -> dict[str, str]:
    return _words(Membership.Role)


def _words(choices: type[Organization.Kind] | type[Membership.Role]) -> dict[str, str]:
    found = {}
    for choice in choices:
        found[word_key(choice.value)] = str(choice.value)
        for language, _name in settings.LANGUAGES:
            with override(language):
                found[word_key(str(choice.label))] = str(choice.value)
    return found


def _in_all_languages(words: str) -> set[str]:
    found = {word_key(words)}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(word_key(_(words)))
    return found
