"""Extensions of the OpenAPI schema: the token, and the error format of every operation."""

from typing import Any

from django.urls import reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension

from partners.scopes import OF_CITIZENS

ERROR = {
    "type": "object",
    "description": "Every error has this shape. `code` is for programs, `detail` for people.",
    "required": ["type", "errors"],
    "properties": {
        "type": {"type": "string", "enum": ["validation_error", "client_error", "server_error"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail", "attr"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "attr": {"type": ["string", "null"]},
                },
            },
        },
    },
}

# HTTP status, when it is sent, and for which methods.
EVERY = {"get", "post", "put", "delete"}
ANSWERS = [
    ("401", "Nobody is signed in, or the token is not valid.", EVERY),
    (
        "403",
        "Not for this kind of caller, no scope for it, or not a step of yours.",
        EVERY,
    ),
    ("404", "Not there, or outside of what you may see.", EVERY),
    ("400", "Something sent is not right; `attr` names it.", {"post", "put"}),
    ("409", "Too late: the world moved on. Nothing was stored.", {"post", "delete"}),
    ("422", "Understood, and refused.", {"post"}),
    ("429", "Too often; `Retry-After` says in how many seconds again.", EVERY),
]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.api_auth.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the format of the header: `Authorization: Token vr_…`."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` and the key, which is shown once when it is made.",
        }


class PartnerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "partners.tokens.PartnerToken"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return where a partner app gets its token, and what it may ask for."""
        asked = {name: str(words) for name, words in OF_CITIZENS.items()}
        flow = {
            "authorizationUrl": reverse("oauth2_provider:authorize"),
            "tokenUrl": reverse("oauth2_provider:token"),
            "refreshUrl": reverse("oauth2_provider:token"),
            "scopes": asked,
        }
        return {
            "type": "oauth2",
            "description": "A citizen lets the app in; PKCE with S256.",
            "flows": {"authorizationCode": flow},
        }


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "partners.clients.ClientAuthentication"
    name = "client"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the format of the header: HTTP Basic with the app's id and secret."""
        return {
            "type": "http",
            "scheme": "basic",
            "description": "The id and the secret of a partner app.",
        }


def add_error_answers(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Add the error answers to every operation (a post-processing hook of drf-spectacular)."""
    result["components"]["schemas"]["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            is_open = {} in operation.get("security", [{}])
            for status, description, methods in ANSWERS:
                if method in methods and not (is_open and status in {"401", "403"}):
                    operation["responses"][status] = {
                        "description": description,
                        "content": content,
                    }
    return result
