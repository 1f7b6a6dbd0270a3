"""Programs as the API meets them: a client with a key of its own."""

from datetime import timedelta

from rest_framework.test import APIClient

from accounts.api_auth import make_token
from accounts.models import SCOPES_OF, SessionKind, User


def program(user: User, kind: SessionKind) -> APIClient:
    """With every scope that this kind has."""
    key = make_token(
        user, name="test", kind=kind, lifetime=timedelta(days=1), scopes=SCOPES_OF[kind]
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client
