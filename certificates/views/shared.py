"""The public page of a shared link: one certificate, as its QR code says it, and what counts of it.

It knows nobody, like the page that checks (vaxreg/middleware/public.py), and stays in no cache.
"""

import re
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts import rate_limits
from accounts.models import Language
from accounts.throttled import too_many
from certificates import sharing
from certificates.check import words
from certificates.checking import Answer
from vaxreg import db_time
from vaxreg.addresses import client_address
from vaxreg.papers.qr import qr
from vaxreg.typed.birth_dates import BirthDate

OPENINGS = ((60, timedelta(minutes=1)),)
# Programs that fetch a link as soon as somebody sends it, to show a card of it in the chat. They
# name themselves; the browsers inside of the same apps have other names.
PREVIEW = re.compile(
    r"bot\b|facebookexternalhit|facebookcatalog|^whatsapp/|^skype|preview|^slack|^vkshare|embedly"
    r"|crawler|spider",
    re.IGNORECASE,
)


@login_not_required
@sensitive_variables("token")
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show the certificate. ?lang= says the language.

    Unknown links and those that have ended get the same answer: nobody learns which there were.
    """
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in Language.values else settings.LANGUAGE_CODE
    with translation.override(language):
        response = _answer(request, token)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        # Nobody looks yet: the browser asks again when somebody does.
        return HttpResponse(status=503)
    if PREVIEW.search(request.headers.get("User-Agent", "")):
        # It would keep name and dose in the chat, longer than the link lives.
        return render(request, "certificates/shared/preview.html")
    address = client_address(request)
    verdict = rate_limits.count_attempt("certificate.shared", address, OPENINGS)
    if not verdict.allowed:
        template = "certificates/shared/too_many.html"
        return too_many(request, verdict.retry_at, again="landing", template=template)
    # An opening is a GET that is answered with the certificate. HEAD asks whether there is a page,
    # as programs do; a POST would cost each reader a tap, and only tell how many have tapped.
    shown = sharing.open_link(token, counts=request.method == "GET")
    if shown is None:
        return render(request, "certificates/shared/ended.html", status=410)
    counts = shown.checked.answer == Answer.VALID
    context = {
        "held": shown.held,
        "born": BirthDate.fromisoformat(shown.held.born),
        "verdict": words.VERDICTS[shown.checked.answer],
        "checked": shown.checked,
        "expires_at": shown.expires_at,
        "now": db_time.now(),
        # What counts no more is not handed on.
        "code": qr(shown.held.text) if counts else None,
    }
    return render(request, "certificates/shared/page.html", context)
