"""Programs that ask in the name of a user: what the key or token of a request lets them do."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import ApiToken, Scope, SessionKind


@dataclass(frozen=True)
class Program:
    """What a program may do for its user.

    people: ids of the records that it may open, of those that the user may; None for all of them.
    app: its name for "who looked"; "" for a key that the user made for a program of their own.
    """

    kind: SessionKind
    scopes: frozenset[Scope]
    smart_scopes: tuple[str, ...] = ()
    people: frozenset[int] | None = None
    app: str = ""


def program_of(request: HttpRequest) -> Program | None:
    """Return the program that asks; None when a person asks in a session."""
    auth = getattr(request, "auth", None)
    if isinstance(auth, ApiToken):
        scopes = frozenset(Scope(scope) for scope in auth.scopes)
        return Program(SessionKind(auth.kind), scopes, tuple(auth.smart_scopes))
    return auth if isinstance(auth, Program) else None
