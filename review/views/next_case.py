"""From one case to the next: what every step of the desk ends with."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from review import queue


def next_case(request: UserRequest) -> HttpResponse:
    """Pick up the most urgent case that nobody works on, and open it; without one, the queue."""
    case = queue.take_next(request.user)
    if case is None:
        messages.info(request, _("Nothing is waiting that somebody else has not taken already."))
        return redirect("queue")
    return redirect("case", case.reference)
