"""The page of people whose record the population database does not confirm."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from citizens.visits import log_listed
from review import mismatches


@staff_page
@require_safe
def mismatches_page(request: UserRequest) -> HttpResponse:
    """List the people of the reader's desks, which facts do not match, and what to do."""
    found = mismatches.of_desks(request.user)
    log_listed(request.user, (one.citizen.pk for one in found))
    context = {"found": found, "most": mismatches.MOST}
    return render(request, "review/mismatches.html", context)
