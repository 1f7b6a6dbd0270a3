"""The provider behind the stand-in: Authlib's authorization server, with its state in memory."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import RSAKey

from launcher.vneid.faults import Fault, named, spoiled
from launcher.vneid.people import PEOPLE, Person

# Seconds.
CODE_LASTS = 120
TOKEN_LASTS = 600
# The level of a person whom the police has seen, as the product is configured to want it.
LEVEL = "2"

Answer = tuple[int, Any, list[tuple[str, str]]]


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]
    """The product, as VNeID knows it."""

    client_id: str
    secret: str
    callbacks: tuple[str, ...]

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.callbacks[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(one for one in (scope or "").split() if one in ("openid", "profile"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.callbacks

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_post", "client_secret_basic")

    def check_response_type(self, response_type: str) -> bool:
        return bool(response_type == "code")

    def check_grant_type(self, grant_type: str) -> bool:
        return bool(grant_type == "authorization_code")


@dataclass(frozen=True)
class Choice:
    """Who signs in, and what goes wrong with the answer."""

    person: Person
    fault: Fault


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """A code that the product may exchange once."""

    code: str
    choice: Choice
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    made_at: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.made_at)

    def get_acr(self) -> str:
        return LEVEL

    def get_amr(self) -> None:
        return None


class Request(OAuth2Request):  # type: ignore[misc]
    """A request of the web, as Authlib reads it."""

    def __init__(self, method: str, uri: str, given: dict[str, str], headers: Mapping[str, str]):
        super().__init__(method, uri, headers=headers)
        self._given = given
        self.payload = BasicOAuth2Payload(given)

    @property
    def args(self) -> dict[str, str]:
        return self._given

    @property
    def form(self) -> dict[str, str]:
        return self._given


class OnlyS256(CodeChallenge):  # type: ignore[misc]
    """PKCE, by the one method that hides the verifier."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes in the memory of the provider."""

    def save_authorization_code(self, code: str, request: Any) -> None:
        asked = request.payload.data
        self.server.codes[code] = Code(
            code=code,
            choice=request.user,
            redirect_uri=asked["redirect_uri"],
            scope=request.scope,
            nonce=asked["nonce"],
            code_challenge=asked.get("code_challenge", ""),
            code_challenge_method=asked.get("code_challenge_method", ""),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.codes.get(code)
        return found if found and time.time() < found.made_at + CODE_LASTS else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> Choice:
        return authorization_code.choice


class IdToken(OpenIDCode):  # type: ignore[misc]
    """The ID token, honest or with the fault that was chosen."""

    def __init__(self, provider: "Provider") -> None:
        super().__init__(require_nonce=True)
        self._provider = provider

    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return any(one.nonce == nonce for one in self._provider.codes.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self._provider.key

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": self._provider.key_id}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self._provider.issuer, "exp": int(time.time()) + TOKEN_LASTS}

    def generate_user_info(self, user: Choice, scope: str) -> dict[str, str]:
        return {"sub": user.person.subject, **user.person.facts}

    def process_token(self, grant: Any, response: Any) -> dict[str, Any]:
        token: dict[str, Any] = super().process_token(grant, response)
        choice: Choice = grant.request.user
        if choice.fault is Fault.NO_ID_TOKEN:
            del token["id_token"]
            return token
        token["id_token"] = spoiled(
            choice.fault,
            token["id_token"],
            key=self._provider.key,
            other_key=self._provider.other_key,
            secret=self._provider.client.secret,
            facts=list(choice.person.facts),
        )
        return token


class Provider(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server for one client; what it answers is (status, body, headers)."""

    def __init__(self, issuer: str, client: Client) -> None:
        super().__init__(scopes_supported=["openid", "profile"])
        self.issuer = issuer
        self.client = client
        self.key = RSAKey.generate_key(2048)
        self.other_key = RSAKey.generate_key(2048)
        self.key_id = self.key.thumbprint()
        self.codes: dict[str, Code] = {}
        self.tokens: dict[str, Choice] = {}
        # What goes wrong with every answer to the product, whoever signs in.
        self.fault = Fault.NONE
        self.register_token_generator("default", self._new_token)
        self.register_grant(CodeGrant, [IdToken(self), OnlyS256(required=True)])

    def description(self) -> dict[str, Any]:
        """What OpenID Connect Discovery says about this provider."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile"],
            "acr_values_supported": ["1", LEVEL],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        """The public keys."""
        public = self.key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def userinfo(self, access_token: str) -> dict[str, str] | None:
        """Return the facts for a token that this provider gave; None for another one."""
        choice = self.tokens.get(access_token)
        if choice is None:
            return None
        other = choice.fault is Fault.OTHER_SUBJECT
        subject = "somebody-else" if other else choice.person.subject
        return {"sub": subject, **choice.person.facts}

    def fault_of_code(self, code: str) -> Fault:
        """Return what was chosen to go wrong with the exchange of this code."""
        found = self.codes.get(code)
        return found.choice.fault if found else Fault.NONE

    def choice(self, person: str, fault: str) -> Choice | None:
        """Return who was chosen on the page; None when the person said no."""
        known = PEOPLE.get(person)
        return Choice(known, named(fault) or self.fault) if known else None

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        self.tokens[token["access_token"]] = request.user

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return status, body, list(headers)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Authlib tells what happens; nobody listens."""

    def _new_token(self, **asked: Any) -> dict[str, Any]:
        return {
            "token_type": "Bearer",
            "access_token": secrets.token_urlsafe(32),
            "expires_in": TOKEN_LASTS,
            "scope": asked["scope"],
        }
