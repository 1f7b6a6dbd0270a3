"""Which SMART scopes a request has: the one place that knows how sessions and tokens give them."""

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.access import session_kind
from accounts.models import Scope, SessionKind
from accounts.programs import program_of
from accounts.smart_scopes import SmartScope, parse

# What a session, or a token that may read, gives here: what it gives on the pages and in /api/v1/.
OF_READING = {
    SessionKind.CITIZEN: ("patient/*.rs",),
    SessionKind.STAFF: ("user/Task.rs",),
}


def granted(request: Request) -> list[SmartScope]:
    """Return the SMART scopes of whoever asks; none for nobody."""
    kind = session_kind(request)
    if kind is None:
        return []
    program = program_of(request)
    if program is None:
        return [parse(text) for text in OF_READING[kind]]
    reading = OF_READING[kind] if Scope.READ in program.scopes else ()
    return [parse(text) for text in (*reading, *program.smart_scopes)]


def allows(request: Request, resource: str, letter: str, *contexts: str) -> bool:
    """Whether the request may do this with resources of this type.

    letter: one of "cruds", as in version 2 of SMART. contexts: "patient", "user", "system"; any by
    default.
    """
    return any(
        scope.allows(resource, letter)
        for scope in granted(request)
        if not contexts or scope.context in contexts
    )


class HasScope(BasePermission):
    """The scope for this method of the view, unless the view is open to everybody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        letter = getattr(view, "letters", {}).get(request.method)
        if letter is None:
            # No such method: 405 for those who are somebody.
            return bool(request.user and request.user.is_authenticated)
        self.message = missing(getattr(view, "resource", ""), letter)
        return allows(request, getattr(view, "resource", ""), letter)


def missing(resource: str, letter: str) -> str:
    """Return words that name the scope."""
    return _("This needs the scope “%(scope)s”, which the caller does not have.") % {
        "scope": f"{resource}.{letter}"
    }
