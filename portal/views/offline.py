"""Views of what a phone keeps: the manifest to install it, the worker, and the offline page."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import sessions
from accounts.decorators import citizen_page
from accounts.http import UserRequest
from accounts.models import SessionKind
from portal import drafts, record_page
from portal.views.record import chosen_person, note_visit
from vaxreg import db_time

# Square pictures: name, pixels, and what a phone may do with them (W3C Web Application Manifest).
ICONS = [
    ("icon-192", 192, "any"),
    ("icon-512", 512, "any"),
    ("icon-maskable-192", 192, "maskable"),
    ("icon-maskable-512", 512, "maskable"),
]
WORKER = settings.BASE_DIR / "static" / "js" / "worker.js"


@login_not_required
@require_safe
@cache_control(max_age=3600, private=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """Say how the product is installed; it starts where the work of whoever signs in is."""
    return JsonResponse(
        {
            "id": "/",
            "name": "Sổ Tiêm",
            "short_name": "Sổ Tiêm",
            "description": _("See and correct your vaccination record"),
            "lang": request.LANGUAGE_CODE,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": "#0a5f52",
            "background_color": "#f5f7f4",
            "icons": [
                {
                    "src": static(f"img/{name}.png"),
                    "sizes": f"{pixels}x{pixels}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, pixels, purpose in ICONS
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker; from /static/ it could not stand in for pages."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show the page that stands in for others without a connection; a script fills it."""
    return render(request, "portal/offline/page.html")


@citizen_page
@require_safe
def kept(request: UserRequest) -> HttpResponse:
    """Show the record and its draft in brief, as a part of the offline page.

    `X-Seconds` says for how long it may be kept: until the session ends at the latest.
    """
    people = record_page.people(request.user)
    if not people:
        raise Http404
    person = chosen_person(people, request.GET.get("person", ""))
    note_visit(request, person)
    draft = drafts.draft_of(request.user, person.citizen)
    context = {
        "person": person,
        "cards": record_page.cards(person.citizen),
        "items": [(item, drafts.in_words(draft, item)) for item in drafts.items(draft)]
        if draft
        else [],
        "now": db_time.now(),
    }
    response = render(request, "portal/offline/record.html", context)
    response.headers["X-Seconds"] = str(_seconds_left(request))
    return response


def _seconds_left(request: UserRequest) -> int:
    _idle, longest = settings.SESSION_LENGTHS[SessionKind.CITIZEN.value]
    started = datetime.fromtimestamp(float(request.session.get(sessions.STARTED_AT, 0)), UTC)
    return max(0, int((started + longest - db_time.now()).total_seconds()))
