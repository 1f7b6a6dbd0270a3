"""The error format of the API, and an HTTP status for each exception of a verb."""

from typing import Any, cast

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request

from accounts.api_auth import TooOften
from accounts.models import User
from accounts.throttled import seconds_until
from citizens.looking import gate
from citizens.looking.refusals import refusal
from corrections.actions import (
    AlreadyOpen,
    CannotReceive,
    HeldByColleague,
    IdentityNotVerified,
    NobodyAbove,
    NobodyThere,
    SamePerson,
    StalePage,
    TooLate,
)
from corrections.actions.filing import KeyUsedForOtherContent, TooManyFilings, TooManyOpen
from corrections.lifecycle import StepNotPossible
from vaxreg.errors import RETRY_SECONDS, WITHOUT_DATABASE
from vaxreg.private_files.outage import StoreDown


class Conflict(APIException):
    """The case or the rules changed in the meantime; nothing was stored."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Unprocessable(APIException):
    """The request is well-formed, but a rule refuses it."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "unprocessable"


class TooLarge(APIException):
    """The body has more bytes than all photos together may have."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("Send at most 4 photos, each of 10 MB at most.")
    default_code = "too_large"


class Unavailable(APIException):
    """PostgreSQL or the store of photos does not answer, or a lock was not got in time; nothing was stored."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    _page, default_code, default_detail = WITHOUT_DATABASE[503]
    # Seconds, sent as Retry-After.
    wait = RETRY_SECONDS


class ErrorHandler(ExceptionHandler):
    """Turns exceptions of verbs into responses in the error format."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        match exc:
            case OperationalError() | InterfaceError():
                return Unavailable()
            case StoreDown():
                return Unavailable(
                    _(
                        "Photos cannot be kept just now, and nothing was. Try again in a few minutes."
                    )
                )
            case DjangoValidationError():
                return ValidationError(_as_detail(exc))
            case StepNotPossible():
                return Conflict(
                    _("The case is in status “%(status)s” now.") % {"status": exc.status},
                    code="step_not_possible",
                )
            case StalePage():
                return Conflict(_("The case has changed since you read it."), code="stale")
            case HeldByColleague():
                return Conflict(_("A colleague is working on this case."), code="held")
            case TooLate():
                return Conflict(
                    _("More than 30 days have passed since the case was closed."), code="too_late"
                )
            case IdentityNotVerified():
                return PermissionDenied(
                    _("Nobody has verified who you are: only then may you decide."),
                    code="identity_not_verified",
                )
            case SamePerson():
                return PermissionDenied(
                    _("Somebody else confirms it: you decided, filed or entered it."),
                    code="same_person",
                )
            case NobodyAbove():
                return Unprocessable(
                    _("It was appealed once already, or no level stands above."),
                    code="nobody_above",
                )
            case NobodyThere():
                return Unprocessable(
                    _(
                        "Nobody works there who could be reminded: give the case away, or decide it."
                    ),
                    code="nobody_there",
                )
            case AlreadyOpen():
                return Conflict(
                    _("There is an open case about this dose: %(reference)s.")
                    % {"reference": exc.correction.reference},
                    code="already_open",
                )
            case TooManyOpen():
                return Conflict(_("Too many cases are open already."), code="too_many_open")
            case gate.CannotLook():
                return refusal(exc, cast(User, cast(Request, self.context["request"]).user))
            case TooManyFilings():
                return TooOften(
                    seconds_until(exc.retry_at),
                    str(_("This account has filed too often. Call the hotline.")),
                )
            case KeyUsedForOtherContent():
                return Unprocessable(
                    _("This Idempotency-Key was used for another content."), code="key_reused"
                )
            case CannotReceive():
                return Unprocessable(
                    _("This organization cannot receive the case."), code="cannot_receive"
                )
        converted: Exception = super().convert_known_exceptions(exc)
        return converted


def _as_detail(error: DjangoValidationError) -> Any:
    if hasattr(error, "error_dict"):
        return error.message_dict
    return error.messages
