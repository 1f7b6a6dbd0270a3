"""What staff see when they may not look now: asked why, to wait, stopped; and finding one person."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts import rate_limits
from accounts.http import UserRequest
from accounts.models import User
from accounts.rate_limits import Limits
from accounts.throttled import seconds_until
from citizens.looking import gate, stops, supervisors
from citizens.models import Citizen
from corrections.models import Correction
from corrections.reference import read_reference
from doses.models import Dose
from review.forms.looking import WhyForm

# Whole numbers that were typed to open a record in an emergency, right or wrong.
SEARCHES: Limits = [(10, timedelta(hours=1)), (30, timedelta(days=1))]


class TooManySearches(Exception):
    """Too many numbers were typed; the next one is possible at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


class LookingMiddleware:
    """Answers a view that the gate refused; whatever the view had begun is undone by then."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: UserRequest, exception: Exception) -> HttpResponse | None:
        """Return the page that says what to do next; None for any other exception."""
        match exception:
            case gate.SayWhy():
                where = request.get_full_path() if request.method in ("GET", "HEAD") else ""
                token = gate.token_of(request.user, exception.citizens)
                form = WhyForm(initial={"people": token, "next": where or request.path})
                return why_page(request, form, status=403)
            case gate.Wait():
                return _wait_page(request, exception)
            case gate.Stopped():
                return _stopped_page(request, exception)
        return None


def why_page(request: UserRequest, form: WhyForm, *, status: int) -> HttpResponse:
    """Show the question why somebody looks."""
    return render(request, "review/looking/why.html", {"form": form}, status=status)


def find_person(typed: str, *, by: User) -> Citizen | None:
    """Return whose whole ID number or case reference this is; None unless it is one person's.

    A number that is proven wins. Raises TooManySearches. Not in a transaction: a rollback would
    undo the count.
    """
    verdict = rate_limits.count_attempt("break-glass: search", str(by.pk), SEARCHES)
    if not verdict.allowed:
        raise TooManySearches(verdict.retry_at)
    reference = read_reference(typed)
    case = Correction.objects.filter(reference=reference).first() if reference else None
    if case is not None:
        return case.citizen.kept
    for found in (Citizen.objects.proven_by_number(typed), Citizen.objects.numbered(typed)):
        records = {one.kept.pk: one.kept for one in found.select_related("merged_into")[:5]}
        if len(records) == 1:
            return records.popitem()[1]
    return None


def person(citizen: int) -> Citizen:
    """Return the person with this id, whom a refused page was about."""
    return Citizen.objects.select_related("merged_into").get(pk=citizen)


def doses_of(record: Citizen) -> QuerySet[Dose]:
    """Return the doses of a record that is open to the reader."""
    return Dose.objects.of(record).shown_to_citizen()


def _wait_page(request: UserRequest, problem: gate.Wait) -> HttpResponse:
    context = {"retry_at": problem.retry_at, "where": request.get_full_path()}
    page = render(request, "review/looking/wait.html", context, status=429)
    page.headers["Retry-After"] = str(seconds_until(problem.retry_at))
    return page


def _stopped_page(request: UserRequest, problem: gate.Stopped) -> HttpResponse:
    """Store the stop, which the refused view could not, and say who lifts it."""
    stop = stops.stop(request.user, in_hour=problem.in_hour, in_day=problem.in_day)
    told = [one.full_name or one.email for one in supervisors.supervisors_of(request.user)]
    context = {
        "stop": stop,
        "told": ", ".join(filter(None, told)),
        # An emergency is about one person.
        "people": gate.token_of(request.user, problem.citizens)
        if len(problem.citizens) == 1
        else "",
    }
    return render(request, "review/looking/stopped.html", context, status=403)
