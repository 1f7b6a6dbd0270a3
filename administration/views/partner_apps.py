"""The ministry's views of partner apps: who runs them, whether they can be told, and the switch."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from administration.forms.partner_apps import SwitchForm
from administration.views.rules import ministry_page
from partners.models import EndpointSwitch
from partners.webhooks import overview, registering


@ministry_page
@require_safe
def apps(request: UserRequest) -> HttpResponse:
    """List all apps, with what waits for each and what was given up."""
    return render(request, "administration/partner_apps/list.html", {"lines": overview.lines()})


@ministry_page
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: UserRequest, app: UUID) -> HttpResponse:
    """Show one app; POST switches its address off or on, with the reason."""
    line = overview.line_of(app)
    if line is None:
        raise Http404
    form = SwitchForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and line.endpoint is not None:
        why, reason = EndpointSwitch.Why.STAFF, form.cleaned_data["reason"]
        if form.turns_on:
            done = registering.switch_on(line.endpoint, why, by=request.user, reason=reason)
            said = _("Switched on. What waits is being sent.")
        else:
            done = registering.switch_off(line.endpoint, why, by=request.user, reason=reason)
            said = _("Switched off. The operators of the app are told the reason by e-mail.")
        if done:
            messages.success(request, said)
        else:
            messages.info(request, _("A colleague has done that in the meantime."))
        return redirect("partner-app", app)
    context = {"line": line, "switches": overview.switches(line.app), "form": form}
    status = 422 if form.has_errors else 200
    return render(request, "administration/partner_apps/app.html", context, status=status)
