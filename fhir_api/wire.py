"""How resources travel: JSON as application/fhir+json, in and out."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from accounts.api_auth import ApiTokenAuthentication
from accounts.models import ApiToken
from accounts.programs import Program
from partners.tokens import PartnerToken
from vaxreg.typed.invisible import clean_values

FHIR_JSON = "application/fhir+json"
# What `_format` may say; XML and Turtle are not spoken here.
FORMATS = {"", "json", "application/json", FHIR_JSON}


class FhirRenderer(JSONRenderer):
    media_type = FHIR_JSON
    format = "fhir"
    charset = None


class PlainRenderer(JSONRenderer):
    """For callers that ask for plain JSON."""

    format = "json"


class FhirParser(JSONParser):
    """JSON whose texts a person has typed or pasted somewhere."""

    media_type = FHIR_JSON

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Return the body without invisible characters. Raises ParseError."""
        return clean_values(super().parse(*args, **kwargs))


class PlainParser(FhirParser):
    """For callers that send it as plain JSON."""

    media_type = "application/json"


class Negotiation(DefaultContentNegotiation):
    """What is not in the Accept header may stand in `_format`, for links that one clicks."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer. Raises NotAcceptable."""
        if request.query_params.get("_format", "") not in FORMATS:
            renderers = [one for one in renderers if one.format == "xml"]
        found: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return found


class TokenOfProgram(ApiTokenAuthentication):
    """`Authorization: Token …`; which scope it needs is asked by each view (scopes.py)."""

    def require_scope(self, request: Request, token: ApiToken) -> None:
        """Ask nothing here."""


class TokenOfPartner(PartnerToken):
    """`Authorization: Bearer …` of an app that a citizen let in, or of a system."""

    def require_scope(self, request: Request, program: Program) -> None:
        """Ask nothing here."""


class BearerToken(TokenOfProgram):
    """The same key as SMART clients send it: `Authorization: Bearer …`."""

    keyword = "Bearer"
