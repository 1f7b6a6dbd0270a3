"""What all views of this interface share: scopes, JSON of FHIR, errors, versions in headers."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fhir_api.bundles import Resource, etag
from fhir_api.outcomes import Refused, answer_to
from fhir_api.scopes import HasScope
from fhir_api.wire import (
    BearerToken,
    FhirParser,
    FhirRenderer,
    Negotiation,
    PlainParser,
    PlainRenderer,
    TokenOfPartner,
    TokenOfProgram,
)

_ETAG = re.compile(r'(?:W/)?"(\d{1,5})"')


class FhirView(APIView):
    """A view of one type of resource. letters: by method, which letter of a SMART scope it needs.

    interactions: what CapabilityStatement says of it. parameters: of its search, with their types.
    """

    resource: ClassVar[str] = ""
    letters: ClassVar[dict[str, str]] = {"GET": "r"}
    interactions: ClassVar[tuple[str, ...]] = ()
    parameters: ClassVar[dict[str, str]] = {}

    authentication_classes = [
        TokenOfProgram,
        TokenOfPartner,
        BearerToken,
        SessionAuthentication,
    ]
    permission_classes = [HasScope]
    renderer_classes = [FhirRenderer, PlainRenderer]
    parser_classes = [FhirParser, PlainParser]
    content_negotiation_class = Negotiation
    # The OpenAPI document describes /api/v1/ alone; this interface describes itself in `metadata`.
    schema = None

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        """Errors are resources too."""
        return answer_to

    def __init_subclass__(cls) -> None:
        """Answer in one transaction: nothing is shown without the row that says who read it."""
        for name in ("get", "post", "put", "delete"):
            if name in cls.__dict__:
                setattr(cls, name, transaction.atomic(cls.__dict__[name]))


def versioned(resource: Resource, request: Request, status: int = 200) -> Response:
    """Return a resource with its version in the headers; 304 to those who have it already."""
    tag = etag(resource)
    headers = {"ETag": tag}
    updated = resource["meta"].get("lastUpdated")
    if updated:
        headers["Last-Modified"] = http_date(datetime.fromisoformat(updated).timestamp())
    if request.method == "GET" and tag in request.headers.get("If-None-Match", ""):
        return Response(status=304, headers=headers)
    return Response(resource, status=status, headers=headers)


def known_version(request: Request) -> int:
    """Return the version in If-Match. Raises Refused without one: nobody overwrites unseen."""
    text = request.headers.get("If-Match", "").strip()
    if not text:
        words = _("Send the version that you know: If-Match with the ETag you read.")
        raise Refused(428, words)
    found = _ETAG.fullmatch(text)
    if found is None:
        raise Refused(400, _("If-Match holds one ETag, as it was read."), code="invalid")
    return int(found[1])
