"""Partner apps as they meet the server: a citizen agrees in a browser, the app changes the code for tokens."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from partners import registering
from partners.models import PartnerApp

SECRET = "a-secret-of-the-app-that-nobody-guesses"
BACK = "https://app.example.vn/back"
VERIFIER = "v" * 64
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


def app(*scopes: str, name: str = "Sổ Sức khỏe") -> PartnerApp:
    """An app for citizens, run by somebody else."""
    return registering.register(
        name=name,
        run_by="Công ty Viettel",
        contact_email="ops@app.example.vn",
        scopes=scopes or ("read", "file", "patient/Immunization.rs"),
        redirect_uris=[BACK],
        secret=SECRET,
    )


def system(user: User, *scopes: str) -> PartnerApp:
    """A system that asks for itself."""
    return registering.register(
        name="HIS",
        run_by="Bệnh viện",
        contact_email="ops@his.example.vn",
        scopes=scopes or ("system/Immunization.cruds",),
        secret=SECRET,
        system=user,
    )


def asked(to: PartnerApp, **changed: str) -> dict[str, str]:
    """What the app sends along when it sends a citizen to us."""
    return {
        "client_id": to.client_id,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": "read file",
        "state": "of-the-app",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }


def agree(browser: Client, to: PartnerApp, *people: Any, **changed: Any) -> Any:
    """Answer the page of consent; with what is asked for, unless changed."""
    sent = asked(to) | {
        "allow": "1",
        "people": [str(one.public_id) for one in people],
        "may": ["read", "file"],
        "days": "90",
    }
    return browser.post("/oauth/authorize/", {**sent, **changed})


def code_in(response: Any) -> str:
    """The code in the address that leads back to the app."""
    assert response.status_code == 302, response.content.decode()[:2000]
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert query["state"] == ["of-the-app"]
    return query["code"][0]


def tokens(to: PartnerApp, **changed: str) -> Any:
    """What the token address answers."""
    sent = {"client_id": to.client_id, "client_secret": SECRET, "redirect_uri": BACK, **changed}
    return Client().post("/oauth/token/", {name: value for name, value in sent.items() if value})


def bearer(token: str) -> APIClient:
    """A program with this token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def let_in(browser: Client, to: PartnerApp, *people: Any, **changed: Any) -> dict[str, Any]:
    """The whole way: consent, code, tokens."""
    code = code_in(agree(browser, to, *people, **changed))
    answer = tokens(to, grant_type="authorization_code", code=code, code_verifier=VERIFIER)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found
