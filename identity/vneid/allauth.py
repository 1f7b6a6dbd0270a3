"""django-allauth's `openid_connect` for VNeID: its provider, client and adapter, with our limits.

allauth builds the address of VNeID's page (state, PKCE), and exchanges the code for tokens. What it
would store (accounts, tokens, claims as JSON) is not used: identity/models.py has our table.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse

from identity.vneid import checks
from identity.vneid.calls import LimitedSession, Unreadable
from identity.vneid.checks import UnknownKey
from identity.vneid.configuration import Configuration, configured
from identity.vneid.refusals import Reason, Refusal

PROVIDER = "vneid"
SCOPE = ["openid", "profile"]
# Addresses that we need of the provider's description (OpenID Connect Discovery 1.0, section 3).
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
# Seconds for which description and keys are used again.
REMEMBERED = 300


@contextmanager
def _told_in_words() -> Iterator[None]:
    """Turn what a call raises into a Refusal."""
    try:
        yield
    except Unreadable as error:
        raise Refusal(Reason.UNREADABLE, str(error)) from error
    except requests.RequestException as error:
        raise Refusal(Reason.NO_ANSWER, type(error).__name__) from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        # allauth looks into headers and bodies without asking what is there.
        raise Refusal(Reason.UNREADABLE, type(error).__name__) from error


class VneidAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Knows one provider, from the environment; rows of the database configure nothing."""

    def list_apps(
        self, request: Any, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return VNeID if it is configured and asked for."""
        known = configured()
        if known is None or provider not in (None, PROVIDER, "openid_connect"):
            return []
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            name="VNeID",
            client_id=known.client_id,
            secret=known.client_secret,
            settings={
                "server_url": known.issuer.rstrip("/"),
                "oauth_pkce_enabled": True,
                "scope": SCOPE,
            },
        )
        return [app] if client_id in (None, app.client_id) else []

    def get_requests_session(self) -> LimitedSession:
        """Return a session whose calls end."""
        known = configured()
        return LimitedSession(known.timeout, known.issuer) if known else LimitedSession(1.0)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """False: accounts are made by identity/actions.py."""
        return False


class Memory:
    """What was fetched lately, by address; each process has its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, Any]] = {}

    def get(self, address: str) -> Any:
        """Return what was fetched from there, or None."""
        with self._lock:
            until, found = self._found.get(address, (0.0, None))
        return found if until > time.monotonic() else None

    def put(self, address: str, found: Any) -> None:
        with self._lock:
            self._found[address] = (time.monotonic() + REMEMBERED, found)

    def clear(self) -> None:
        with self._lock:
            self._found = {}


remembered = Memory()


class VneidProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """The provider with addresses of ours."""

    def get_oauth2_adapter(self, request: HttpRequest) -> "VneidProtocol":
        return VneidProtocol(request, self.app.provider_id)

    def get_callback_url(self) -> str:
        return reverse("vneid-back")


class VneidProtocol(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The conversation with VNeID. What it raises is a Refusal."""

    def __init__(self, request: HttpRequest, provider_id: str = PROVIDER) -> None:
        super().__init__(request, provider_id)
        known = configured()
        if known is None:
            raise ValueError("VNeID is not configured")
        self.configuration: Configuration = known

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's description of itself, of this issuer and with addresses we may use."""
        address = self.get_provider().server_url
        found = remembered.get(address)
        return found if found is not None else self.fetch_description()

    def fetch_description(self) -> dict[str, Any]:
        """Ask for the description anew: it tells too whether VNeID works."""
        address = self.get_provider().server_url
        found = self._json(address)
        if found.get("issuer") != self.configuration.issuer:
            raise Refusal(Reason.UNTRUSTED, "issuer of the description")
        needed = [found.get(name) for name in ENDPOINTS]
        optional = [found[name] for name in ("userinfo_endpoint",) if name in found]
        if not all(self._may_be_called(one) for one in needed + optional):
            raise Refusal(Reason.UNREADABLE, "addresses")
        remembered.put(address, found)
        return found

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("vneid-back"))

    def tokens(self, app: SocialApp, verifier: str) -> dict[str, Any]:
        """Exchange the code of this request; return the token endpoint's answer."""
        client = self.get_client(self.request, app)
        with _told_in_words():
            try:
                found: dict[str, Any] = self.get_access_token_data(
                    self.request, app, client, verifier
                )
            except OAuth2Error:
                # allauth writes the whole answer into its error: it must not reach a log.
                raise Refusal(Reason.UNTRUSTED, "token endpoint") from None
        if not isinstance(found.get("id_token"), str):
            raise Refusal(Reason.UNREADABLE, "no ID token")
        return found

    def claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of the ID token after all checks; keys are asked for anew once."""
        address = str(self.openid_config["jwks_uri"])
        keys = remembered.get(address)
        if keys is not None:
            try:
                return self._checked(id_token, keys, nonce)
            except UnknownKey:
                pass
        keys = self._json(address).get("keys")
        if not isinstance(keys, list):
            raise Refusal(Reason.UNREADABLE, "keys")
        remembered.put(address, keys)
        try:
            return self._checked(id_token, keys, nonce)
        except UnknownKey as error:
            raise Refusal(Reason.UNTRUSTED, "unknown key") from error

    def more_claims(self, claims: dict[str, Any], access_token: Any) -> dict[str, Any]:
        """Return what the userinfo endpoint says of the same person, with the claims over it."""
        address = self.openid_config.get("userinfo_endpoint")
        if not address or not isinstance(access_token, str):
            return claims
        found = self._json(str(address), {"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != claims["sub"]:
            # OpenID Connect Core 5.3.2: the answer must not be used.
            raise Refusal(Reason.UNTRUSTED, "subject of userinfo")
        return {**found, **claims}

    def _checked(self, id_token: str, keys: list[Any], nonce: str) -> dict[str, Any]:
        return checks.checked(id_token, keys, configuration=self.configuration, nonce=nonce)

    def _json(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        known = self.configuration
        with LimitedSession(known.timeout, known.issuer) as session, _told_in_words():
            response = session.get(address, headers=headers)
            if response.status_code != 200:
                raise requests.HTTPError(f"status {response.status_code}")
            found: dict[str, Any] = response.json()
        return found

    def _may_be_called(self, address: Any) -> bool:
        """Whether it is an address over https; http too on one's own machine."""
        schemes = ("https://",) if self.configuration.must_be_https else ("https://", "http://")
        return isinstance(address, str) and address.startswith(schemes)
