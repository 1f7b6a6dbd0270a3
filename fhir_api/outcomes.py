"""Errors as OperationOutcome: a status, a code of FHIR, words for people, the element they are about."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts.models import User
from citizens.looking import gate
from citizens.looking.refusals import refusal
from vaxreg.errors import RETRY_SECONDS, WITHOUT_DATABASE

# FHIR's code of an issue for a status of HTTP.
CODES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "business-rule",
    428: "required",
    429: "throttled",
    503: "transient",
}
# Facts of a dose by the element of Immunization that says them.
ELEMENTS = {
    "given_on": "Immunization.occurrence",
    "vaccine": "Immunization.vaccineCode",
    "lot": "Immunization.lotNumber",
    "ordinal": "Immunization.protocolApplied.doseNumber",
    "kind": "Immunization.protocolApplied.series",
    "venue": "Immunization.location",
    "organization": "Immunization.performer",
}


class Refused(exceptions.APIException):
    """An answer with another status than 200. issues: code, words, and the element or ""."""

    def __init__(
        self, status: int, words: str, *, code: str = "", element: str = "", more: Any = ()
    ) -> None:
        super().__init__(words)
        self.status_code = status
        first = (code or CODES.get(status, "processing"), words, element)
        self.issues: list[tuple[str, str, str]] = [first, *more]


def outcome(issues: Iterable[tuple[str, str, str]], severity: str = "error") -> dict[str, Any]:
    """Return an OperationOutcome."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": severity,
                "code": code,
                "details": {"text": words or code},
                **({"expression": [element]} if element else {}),
            }
            for code, words, element in issues
        ],
    }


def answer_to(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to an exception of a view; None for a fault of ours (500)."""
    refused = _as_refused(error, context)
    if refused is None:
        return None
    set_rollback()
    headers: dict[str, str] = {}
    challenge = getattr(error, "auth_header", None)
    if challenge:
        headers["WWW-Authenticate"] = challenge
    wait = getattr(refused, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(wait)
    return Response(outcome(refused.issues), status=refused.status_code, headers=headers)


def _as_refused(error: Exception, context: Mapping[str, Any]) -> Refused | None:
    match error:
        case Refused():
            return error
        case gate.CannotLook():
            request = cast(Request, context["request"])
            return _of(refusal(error, cast(User, request.user)))
        case Http404():
            return Refused(404, _("There is nothing here."))
        case DjangoPermissionDenied():
            return Refused(403, str(error) or _("You may not do this."))
        case ValidationError():
            return of_rules(error)
        case OperationalError() | InterfaceError():
            refused = Refused(503, WITHOUT_DATABASE[503][2])
            refused.__dict__["wait"] = RETRY_SECONDS
            return refused
        case exceptions.APIException():
            return _of(error)
    return None


def _of(error: exceptions.APIException) -> Refused:
    code = "expired" if isinstance(error, exceptions.AuthenticationFailed) else ""
    refused = Refused(error.status_code, _words(error.detail), code=code)
    refused.__dict__["wait"] = getattr(error, "wait", None)
    return refused


def _words(detail: Any) -> str:
    if isinstance(detail, dict):
        return " ".join(_words(one) for one in detail.values())
    if isinstance(detail, list):
        return " ".join(_words(one) for one in detail)
    return str(detail)


def of_rules(error: ValidationError) -> Refused:
    """Return what a verb says about facts of a dose; 409 when the dose is on record already."""
    found = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    issues = []
    is_known = False
    for name, errors in found.items():
        for one in errors:
            known = one.code == "on_record"
            is_known = is_known or known
            code = "duplicate" if known else "business-rule"
            issues += [(code, words, ELEMENTS.get(name, "")) for words in one.messages]
    (code, words, element), *more = issues
    return Refused(409 if is_known else 422, words, code=code, element=element, more=more)
