"""Pages of what is due for the people of a site: the list, its file, phone numbers, and reminders."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.throttled import seconds_until
from citizens.models import RecordLink
from recording.access import leads
from recording.due import calling, fold, reading, reminders, sending
from recording.due.models import NextDose
from recording.due.reading import LABELS, MOST_IN_A_FILE, Window
from recording.forms.due import ReminderForm
from recording.site_days.reading import Site, site_of
from vaxreg import ui
from vaxreg.spreadsheets import writing


@staff_page
@require_safe
def due_page(request: UserRequest) -> HttpResponse:
    """List the people whose next dose is due, by when and of what."""
    site = site_of(request.user, request.GET.get("site", ""))
    counts = reading.counts(reading.due_at(request.user, site))
    chosen = reading.filters(request.GET, counts)
    totals = {
        one: sum(count.by_window[one] for count in counts if chosen.group in (None, count.group))
        for one in Window
    }
    group = chosen.group.code if chosen.group else ""
    query = {"site": str(site.organization.public_id), "group": group, "when": chosen.window}
    context = {
        "site": site,
        "chosen": chosen,
        "tabs": [(one, LABELS[one], totals[one]) for one in Window],
        "groups": [(one, one.by_window[chosen.window]) for one in counts],
        "list": reading.page(request.user, site, chosen, request.GET),
        "file": f"{reverse('recording-due-file')}?{urlencode(query)}",
        "is_cut": totals[chosen.window] > MOST_IN_A_FILE,
        "most": MOST_IN_A_FILE,
        "is_counting": fold.is_behind(),
    }
    return render(request, "recording/due/list.html", context)


@staff_page
@require_safe
def due_file(request: UserRequest) -> HttpResponse:
    """Send the list as CSV, to print or to take along."""
    site = site_of(request.user, request.GET.get("site", ""))
    chosen = reading.filters(request.GET, reading.counts(reading.due_at(request.user, site)))
    name = f"due-{chosen.window}-{reading.today():%Y-%m-%d}"
    rows = reading.file_rows(request.user, site, chosen)
    return writing.csv_file(name, reading.file_header(), rows)


@staff_page
@require_POST
def due_phone(request: UserRequest, due: int) -> HttpResponse:
    """Show the phone numbers of a person of the list; who opened them, when and why is kept."""
    rows = NextDose.objects.visible_to(request.user).named(reading.today())
    found = rows.select_related("citizen", "group", "organization").filter(pk=due).first()
    if found is None:
        raise Http404
    site = site_of(request.user, request.POST.get("site", ""))
    back = f"{reverse('recording-due')}?{urlencode({'site': str(site.organization.public_id)})}"
    try:
        phones = calling.open_for_call(found, site.organization, by=request.user)
    except calling.TooManyCalls as stop:
        again = {"retry_at": stop.retry_at, "again": back}
        answer = render(request, "recording/due/too_many.html", again, status=429)
        if stop.retry_at:
            answer.headers["Retry-After"] = str(seconds_until(stop.retry_at))
        return answer
    context = {
        "due": found,
        "title": reading.title_of(found),
        "is_overdue": found.due_on < reading.today(),
        "phones": phones,
        "back": back,
    }
    return render(request, "recording/due/phone.html", context)


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def reminders_page(request: UserRequest) -> HttpResponse:
    """Show for which vaccines the site reminds people; POST of its lead switches one on or off."""
    site = site_of(request.user, request.GET.get("site", ""))
    wrong: dict[str, ReminderForm] = {}
    if request.method == "POST":
        answer = _switch(request, site, wrong)
        if answer is not None:
            return answer
    rows = reminders.of_site(site.organization)
    forms = [
        wrong.get(one.group.code)
        or ReminderForm(initial={"days_before": one.days_before}, prefix=one.group.code)
        for one in rows
    ]
    context = {
        "site": site,
        "rows": list(zip(rows, forms, strict=True)),
        "may_switch": leads(request.user, site.organization),
        "texts": [
            reminders.words(relation, site.organization, reading.today())
            for relation in (RecordLink.Relation.SELF, RecordLink.Relation.GUARDIAN)
        ],
        "grace": sending.GRACE.days,
        "from_hour": sending.FROM_HOUR,
        "until_hour": sending.UNTIL_HOUR,
        "form": next(iter(wrong.values()), None),
    }
    return render(request, "recording/due/reminders.html", context, status=422 if wrong else 200)


def _switch(
    request: UserRequest, site: Site, wrong: dict[str, ReminderForm]
) -> HttpResponse | None:
    """Store what was sent and lead back; None, with the form in `wrong`, for bad input."""
    if not leads(request.user, site.organization):
        raise PermissionDenied(
            _("Only the lead of the site switches reminders on: they are sent in its name.")
        )
    code = request.POST.get("group", "")
    known = {one.group.code: one for one in reminders.of_site(site.organization)}
    if code not in known:
        raise Http404
    form = ReminderForm(request.POST, prefix=code)
    if not form.is_valid():
        wrong[code] = form
        return None
    is_on = request.POST.get("is_on") == "1"
    reminders.switch(
        site.organization,
        known[code].group,
        is_on=is_on,
        days_before=form.cleaned_data["days_before"],
        by=request.user,
    )
    said = {"group": known[code].name, "days": ui.number(form.cleaned_data["days_before"])}
    if is_on:
        messages.success(request, _("%(group)s: people are reminded %(days)s days before.") % said)
    else:
        messages.success(request, _("%(group)s: nobody is reminded any more.") % said)
    return redirect(request.get_full_path())
