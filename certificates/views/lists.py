"""What verifiers fetch: the trust list, and the signed list of what counts no more."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from certificates import revocations as ended
from certificates.keys import trust
from certificates.keys.private import NoKey
from vaxreg import db_time

# Seconds for which shared caches may keep an answer.
KEPT = 60


@login_not_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The trust list as JSON."""
    now = db_time.now()
    return _public(JsonResponse({"made_at": now.isoformat(), "keys": trust.published(now)}))


@login_not_required
@require_safe
def revocations(request: HttpRequest) -> HttpResponse:
    """The list of what counts no more, as a compact JWS; 503 while no key may sign it."""
    try:
        text = ended.newest_list(db_time.now())
    except NoKey:
        return HttpResponse("no key signs this list now\n", status=503, content_type="text/plain")
    return _public(HttpResponse(text, content_type="application/jwt"))


def _public(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={KEPT}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
