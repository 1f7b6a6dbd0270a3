"""The page of the link in an e-mail: switch such messages off or on."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from messaging import preferences


# Mail programs post without a cookie; the signed link itself authorizes the change.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest, token: str) -> HttpResponse:
    """Show the choice; POST changes it. A GET changes nothing, because scanners open links."""
    try:
        user_id, offer = preferences.read(token)
    except LookupError:
        raise Http404 from None
    if request.method == "POST":
        preferences.choose(user_id, offer.purpose, wanted=request.POST.get("wanted") == "1")
        if "List-Unsubscribe" in request.POST:
            # A mail program follows no redirect (RFC 8058).
            return HttpResponse(_("Switched off."), content_type="text/plain; charset=utf-8")
        return redirect(request.path)
    context = {"offer": offer, "refused_at": preferences.refused_at(user_id, offer.purpose)}
    with translation.override(preferences.language_of(user_id)):
        return render(request, "accounts/message_choice.html", context)
