"""Views of the organization tree for health officers: show, open, correct, close, merge, move.

To close, merge or move: choose the other organization, see a preview, confirm. The confirmation is
refused when the preview is no longer correct.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from administration import close_merge_move
from administration.close_merge_move import ActPreview, PlanChanged, TreeAct
from administration.forms.organizations import FORMS, OpenForm, OrganizationDetailsForm, OtherForm
from corrections.clocks import lateness
from corrections.models import Correction
from organizations import browse, tree
from organizations.act_descriptions import ActInWords, act_in_words
from organizations.actions import CannotArrange
from organizations.models import Act as DoneAct
from organizations.models import Organization
from organizations.pages import officer_page, organization_in_reach
from organizations.queries import ancestors, with_predecessors
from organizations.scope import Scope
from vaxreg import db_time, errors

# How many acts the history shows.
MOST_ACTS = 50

TITLES: dict[TreeAct, Promise] = {
    TreeAct.CLOSE: gettext_lazy("Close this organization"),
    TreeAct.MERGE: gettext_lazy("Merge it into another one"),
    TreeAct.MOVE: gettext_lazy("Move it in the tree"),
}
DONE: dict[TreeAct, Promise] = {
    TreeAct.CLOSE: gettext_lazy("%(organization)s is closed."),
    TreeAct.MERGE: gettext_lazy("%(organization)s is merged into %(other)s."),
    TreeAct.MOVE: gettext_lazy("%(organization)s is part of %(other)s now."),
}


@dataclass(frozen=True)
class TreeRow:
    organization: Organization
    parts: int
    people: int
    cases: int


@officer_page
@require_safe
def tops(request: UserRequest, scope: Scope) -> HttpResponse:
    """Show the top of the officer's sub-tree; with several tops, a list to choose from."""
    if len(scope.tops) == 1:
        return redirect("organization", scope.tops[0].public_id)
    return render(request, "administration/organizations/tops.html", {"lines": lines(scope.tops)})


@officer_page
@require_safe
def show(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Show one organization: details, parts, history of acts, and what the officer may do."""
    organization = organization_in_reach(request.user, public_id)
    words, closed = request.GET.get("q", "")[:80], "closed" in request.GET
    found = browse.below(organization, words=words, closed=closed)
    page = browse.page(
        found, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    line = with_predecessors([organization]).exclude(pk=organization.pk)
    context = {
        "organization": organization,
        "above": within(ancestors(organization)[::-1], scope),
        "lines": lines(page.rows, is_search=bool(words.strip())),
        "words": words,
        "closed": closed,
        "newer": other_page(request, before=page.before),
        "older": other_page(request, after=page.after),
        "people": browse.staff_counts([organization]).get(organization.pk, 0),
        "cases": cases_of(organization),
        "successor_in_reach": organization.successor is not None
        and bool(within([organization.successor], scope)),
        "predecessors": line.order_by("closed_on", "pk"),
        "acts": acts_on(organization),
        "may_arrange": organization.is_open
        and organization.kind not in tree.NEVER_CLOSED
        and tree.may_close_or_move(request.user, organization),
        "may_open": organization.is_open and OpenForm(above=organization).has_kinds,
    }
    return render(request, "administration/organizations/organization.html", context)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def open_part(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Open a new organization below this one."""
    above = organization_in_reach(request.user, public_id)
    form = OpenForm(request.POST if request.method == "POST" else None, above=above)
    if not above.is_open or not form.has_kinds:
        return nothing_below(request, above)
    if form.is_valid():
        try:
            new = tree.open_organization(part_of=above, by=request.user, **form.cleaned_data)
        except CannotArrange as error:
            form.refuse(error)
        else:
            messages.success(
                request,
                _("%(organization)s is open. Appoint its staff next.") % {"organization": new.name},
            )
            return redirect("organization", new.public_id)
    return form_page(request, "administration/organizations/open.html", form, above)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: UserRequest, scope: Scope, public_id: UUID) -> HttpResponse:
    """Correct names and contacts; the old values stay on record."""
    organization = organization_in_reach(request.user, public_id)
    initial = {name: getattr(organization, name) for name in OrganizationDetailsForm.base_fields}
    form = OrganizationDetailsForm(
        request.POST if request.method == "POST" else None, initial=initial
    )
    if form.is_valid():
        try:
            tree.change_details(organization, by=request.user, **form.cleaned_data)
        except CannotArrange as error:
            form.refuse(error)
        else:
            messages.success(request, _("The details are stored."))
            return redirect("organization", public_id)
    return form_page(request, "administration/organizations/details.html", form, organization)


@officer_page
@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: UserRequest, scope: Scope, public_id: UUID, act: TreeAct) -> HttpResponse:
    """Close, merge or move: choose the other organization, see what moves, confirm."""
    organization = organization_in_reach(request.user, public_id)
    if not tree.may_close_or_move(request.user, organization):
        raise PermissionDenied(
            _(
                "Only a health officer of an organization above this one may close, merge or move it."
            )
        )
    if not organization.is_open:
        return closed_already(request, organization)
    form = FORMS[act](
        request.POST if request.method == "POST" else None,
        by=request.user,
        organization=organization,
    )
    if request.method != "POST" or {"search", "edit"} & set(request.POST):
        form.errors.clear()
        return form_page(
            request, "administration/organizations/choose.html", form, organization, act=act
        )
    if form.is_valid() and (answer := arranged(request, form, organization, act)):
        return answer
    return form_page(
        request, "administration/organizations/choose.html", form, organization, act=act
    )


def arranged(
    request: UserRequest, form: OtherForm, organization: Organization, act: TreeAct
) -> HttpResponse | None:
    """Show the preview, or carry it out; None when it is not possible: the form has the errors."""
    try:
        if "confirmed" not in request.POST:
            moves = close_merge_move.preview(act, organization, form.other, by=request.user)
            return preview_page(request, form, moves, act)
        moves = close_merge_move.carry_out(
            act, organization, form.other, by=request.user, seal=form.cleaned_data["seal"]
        )
    except CannotArrange as error:
        form.refuse(error)
        return None
    except PlanChanged as changed:
        moves = close_merge_move.preview(act, organization, form.other, by=request.user)
        return preview_page(request, form, moves, act, changed=changed.words)
    names = {"organization": organization.name, "other": form.other.name if form.other else ""}
    messages.success(request, str(DONE[act]) % names)
    return redirect("organization", organization.public_id)


def preview_page(
    request: UserRequest,
    form: OtherForm,
    moves: ActPreview,
    act: TreeAct,
    changed: Sequence[str] = (),
) -> HttpResponse:
    """Show what an act would move; nothing is changed yet."""
    context = {
        "act": act,
        "title": TITLES[act],
        "moves": moves,
        "organization": moves.organization,
        "form": form,
        "hidden": {form.field: str(form.other.public_id) if form.other else ""},
        "changed": changed,
    }
    return render(
        request,
        "administration/organizations/preview.html",
        context,
        status=409 if changed else 200,
    )


def form_page(
    request: HttpRequest,
    template: str,
    form: OrganizationDetailsForm | OtherForm,
    organization: Organization,
    act: TreeAct | None = None,
) -> HttpResponse:
    """Render a form; 422 when it has errors."""
    context = {
        "form": form,
        "organization": organization,
        "act": act,
        "title": TITLES[act] if act else "",
    }
    return render(request, template, context, status=422 if form.has_errors else 200)


def closed_already(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Say that it is closed already: a second press, or somebody else was faster."""
    return errors.conflict(
        request,
        headline=_("It is closed already"),
        text=_("%(organization)s has closed. Its page says who takes over, and who closed it.")
        % {"organization": organization.name},
        href=reverse("organization", args=[organization.public_id]),
        link=_("To its page"),
    )


def nothing_below(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Say that no organization can be opened below this one."""
    return errors.conflict(
        request,
        headline=_("Nothing can be opened here"),
        text=_("%(organization)s has closed, or is of a kind that has no parts.")
        % {"organization": organization.name},
        href=reverse("organization", args=[organization.public_id]),
        link=_("To its page"),
    )


def lines(organizations: Sequence[Organization], *, is_search: bool = False) -> list[TreeRow]:
    """Return the rows of organizations with their numbers; three queries for all."""
    found = list(organizations)
    parts, people = browse.part_counts(found), browse.staff_counts(found)
    open_cases = Correction.objects.open().filter(holder__in=found).order_by()
    cases = dict(open_cases.values_list("holder").annotate(cases=Count("pk")))
    return [
        TreeRow(one, parts.get(one.pk, 0), people.get(one.pk, 0), cases.get(one.pk, 0))
        for one in found
    ]


def cases_of(organization: Organization) -> dict[str, int]:
    """Count the open and the overdue cases that the organization itself holds."""
    held = Correction.objects.open().filter(holder=organization)
    late = lateness.overdue(db_time.sql_now())
    return held.aggregate(open=Count("pk"), overdue=Count("pk", filter=late))


def acts_on(organization: Organization) -> list[ActInWords]:
    """Return the acts on it, with mergers into it and parts that moved to it."""
    towards = Q(went_to=organization) & ~Q(kind=DoneAct.Kind.OPENED)
    concerned = Q(organization=organization) | towards | Q(came_from=organization)
    related = ("organization", "by", "came_from", "went_to")
    found = DoneAct.objects.filter(concerned).select_related(*related)[:MOST_ACTS]
    return [act_in_words(act, organization) for act in found]


def within(line: Sequence[Organization], scope: Scope) -> list[Organization]:
    """Return those of the ancestors that the officer may open."""
    tops = tuple(top.path for top in scope.tops)
    return [one for one in line if one.path.startswith(tops)]


def other_page(request: HttpRequest, **mark: str) -> str:
    """Return the URL of the next or previous page; empty without one."""
    if not all(mark.values()):
        return ""
    kept: dict[str, Any] = {
        name: request.GET[name] for name in ("q", "closed") if name in request.GET
    }
    return f"?{urlencode({**kept, **mark})}#parts"
