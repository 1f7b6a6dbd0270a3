"""What an interface for programs answers when the gate lets nobody look."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, PermissionDenied

from accounts.api_auth import TooOften
from accounts.throttled import seconds_until
from citizens.looking import gate, stops

if TYPE_CHECKING:
    from accounts.models import User


def refusal(closed: gate.CannotLook, user: "User") -> APIException:
    """Return the answer, with what to do next; a stop is stored."""
    if isinstance(closed, gate.Wait):
        words = _("You have opened very many people outside of your cases.")
        return TooOften(seconds_until(closed.retry_at), str(words))
    if isinstance(closed, gate.Stopped):
        stops.stop(user, in_hour=closed.in_hour, in_day=closed.in_day)
        return PermissionDenied(
            _("You are stopped from opening records outside of your cases."),
            code="looking_stopped",
        )
    return PermissionDenied(
        _("You have opened many people outside of your cases: say why on the page first."),
        code="say_why",
    )
