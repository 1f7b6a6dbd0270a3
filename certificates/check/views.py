"""The public page that checks a certificate, without signing in: one form, and the answer on it.

The address never says what is checked, and the page knows nobody: it is the same for everybody
(vaxreg/middleware/public.py), so that a browser may keep it for when there is no connection.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.models import Language
from accounts.rate_limits import LimitRule, LimitVerdict
from accounts.throttled import too_many
from certificates import checking
from certificates.check import words
from certificates.check.forms import CheckForm
from certificates.checking import Checked
from vaxreg import db_time
from vaxreg.addresses import client_address
from vaxreg.middleware.headers import PERMISSIONS_TO_SCAN

CHECKS = ((60, timedelta(minutes=1)),)
# A text proves itself, a short code is looked up: nobody shall try them one after the other.
CODES = ((10, timedelta(minutes=1)), (100, timedelta(days=1)))


# There is no cookie that another site could use: the page reads none.
@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show the form; POST answers it on the same page. ?lang= says the language."""
    wanted = request.GET.get("lang", "")
    language = wanted if wanted in Language.values else settings.LANGUAGE_CODE
    with translation.override(language):
        response = _answer(request) if request.method == "POST" else _page(request, CheckForm())
    response.headers["Content-Language"] = language
    response.headers["Permissions-Policy"] = PERMISSIONS_TO_SCAN
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    verdict = _count(request, is_code=form.is_code)
    if not verdict.allowed:
        template = "certificates/check/too_many.html"
        return too_many(request, verdict.retry_at, again="check", template=template)
    try:
        checked = _checked(form)
    except ValidationError as wrong:
        form.add_error("photo" if form.cleaned_data["photo"] else "text", wrong)
        return _page(request, form, status=422)
    return _page(request, CheckForm(), checked)


def _checked(form: CheckForm) -> Checked:
    """Check what was sent. Raises ValidationError for an unknown code or a photo without one."""
    now = db_time.now()
    if not form.is_code:
        return checking.check_text(form.read_text(), now)
    found = checking.check_code(form.cleaned_data["text"], now)
    if found is None:
        raise ValidationError(
            _("No certificate has this code. Compare it letter by letter, or scan the QR code.")
        )
    return found


def _count(request: HttpRequest, *, is_code: bool) -> LimitVerdict:
    """Count one check by the address of the network."""
    address = client_address(request)
    rules = [LimitRule("certificate.check", address, CHECKS)]
    if is_code:
        rules.append(LimitRule("certificate.code", address, CODES))
    return rate_limits.count_attempts(*rules)


def _page(
    request: HttpRequest, form: CheckForm, checked: Checked | None = None, status: int = 200
) -> HttpResponse:
    verdict = words.VERDICTS[checked.answer] if checked else None
    context = {
        "form": form,
        "verdict": verdict,
        "facts": list(words.facts(verdict, checked)) if verdict else [],
        "now": db_time.now(),
        # For the browser's own answers.
        "verdicts": [(one, list(words.facts(one))) for one in words.VERDICTS.values()],
        "phrases": words.PHRASES,
        "vaccines": checking.vaccine_names(),
    }
    return render(request, "certificates/check/page.html", context, status=status)
