"""From one case to the next: what every step of the desk ends with."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from review import queue


def next_case(request: UserRequest, *, leaving: str = "") -> HttpResponse:
    """Pick up the most urgent case that nobody works on, and open it; without one, the queue.

    leaving: the reference of a case that was only read, and is not the next one after itself.
    """
    case = queue.take_next(request.user, leaving=leaving)
    if case is None:
        messages.info(
            request,
            _("No other case is waiting.")
            if leaving
            else _("Nothing is waiting that somebody else has not taken already."),
        )
        return redirect("queue")
    return redirect("case", case.reference)
