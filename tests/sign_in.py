"""Ways in for tests: a client with a session of one kind, made as the real doors make it."""

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.models import SessionKind, User
from accounts.sessions import KIND, LANGUAGE, SEEN_AT, STARTED_AT


def sign_in_citizen(client: Client, user: User) -> None:
    """As after phone number and code."""
    _sign_in(client, user, SessionKind.CITIZEN, ["code"])


def sign_in_staff(client: Client, user: User) -> None:
    """As after password and second factor."""
    _sign_in(client, user, SessionKind.STAFF, ["password", "mfa"])


def _sign_in(client: Client, user: User, kind: SessionKind, methods: list[str]) -> None:
    now = timezone.now().timestamp()
    client.logout()
    session = client.session
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.EmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": m, "at": now} for m in methods]
    session["account_authentication_methods_user"] = str(user.pk)
    session[KIND], session[STARTED_AT], session[SEEN_AT] = kind.value, now, now
    session[LANGUAGE] = user.language
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
