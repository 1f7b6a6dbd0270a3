"""Views of acts about somebody's work: role, suspension, end; each shows the consequences first."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import UserRequest
from accounts.identity import NumberTaken, identity_of
from accounts.models import User
from administration import staff_changes as joined
from administration.forms.people import EndWorkForm, IdentityForm, RoleForm
from administration.views.people import (
    number_taken,
    organization_in_reach,
    person_in_reach,
    staffing_page,
)
from organizations import staffing
from organizations.models import Membership
from vaxreg import errors


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def change_role(request: UserRequest, public_id: UUID, person: UUID, role: str) -> HttpResponse:
    """Change the role of a membership."""
    membership = membership_in_reach(request.user, public_id, person, role)
    allowed(staffing.may_act_on(request.user, membership))
    given = staffing.roles_given_by(request.user, membership.organization)
    roles = [one for one in given if one != membership.role]
    allowed(bool(roles))
    form = RoleForm(request.POST if request.method == "POST" else None, roles=roles)
    wanted = request.POST.get("role", "")
    follows = joined.consequences([membership], becomes=wanted or roles[0])
    form.expect_confirmation(any(one.is_grave for one in follows))
    if form.is_valid():
        try:
            joined.change_role(membership, form.cleaned_data["role"], by=request.user)
        except staffing.AlreadyHandled:
            return too_late(request, membership.user)
        except staffing.WorksThere:
            form.add_error("role", _("This person has this role here already."))
        else:
            messages.success(request, _("The role is changed, from the next click on."))
            return redirect("person", membership.user.public_id)
    return step_page(request, "administration/people/role.html", form, membership, follows)


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def suspend(request: UserRequest, public_id: UUID, person: UUID, role: str) -> HttpResponse:
    """Suspend one membership for the time being."""
    membership = membership_in_reach(request.user, public_id, person, role)
    allowed(staffing.may_act_on(request.user, membership))
    follows = joined.consequences([membership])
    form = go_form(request, follows)
    if form.is_valid():
        try:
            joined.suspend(membership, by=request.user, reason=form.cleaned_data["reason"])
        except staffing.AlreadyHandled:
            return too_late(request, membership.user)
        messages.success(request, _("Suspended, from the next click on."))
        return redirect("person", membership.user.public_id)
    return step_page(request, "administration/people/suspend.html", form, membership, follows)


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: UserRequest, public_id: UUID, person: UUID, role: str) -> HttpResponse:
    """End somebody's work at an organization; everybody may end their own."""
    membership = membership_in_reach(request.user, public_id, person, role)
    allowed(staffing.may_end(request.user, membership))
    follows = joined.consequences([membership])
    form = go_form(request, follows)
    if form.is_valid():
        try:
            joined.end(membership, by=request.user, reason=form.cleaned_data["reason"])
        except staffing.AlreadyHandled:
            return too_late(request, membership.user)
        messages.success(request, _("The work here has ended."))
        if membership.user_id == request.user.pk:
            return redirect("landing")
        return redirect("person", membership.user.public_id)
    return step_page(request, "administration/people/end.html", form, membership, follows)


@staffing_page
@require_POST
def reinstate(request: UserRequest, public_id: UUID, person: UUID, role: str) -> HttpResponse:
    membership = membership_in_reach(request.user, public_id, person, role)
    try:
        staffing.reinstate(membership, by=request.user)
    except (staffing.AlreadyHandled, staffing.AccountShut):
        return too_late(request, membership.user)
    messages.success(request, _("Reinstated, from the next click on."))
    return redirect("person", membership.user.public_id)


@staffing_page
@require_POST
def invite_again(request: UserRequest, person: UUID) -> HttpResponse:
    """Send a new link to somebody who never signed in."""
    user = person_in_reach(request.user, person)
    try:
        staffing.invite_again(user, by=request.user)
    except staffing.AlreadyHandled:
        return too_late(request, user)
    messages.success(
        request,
        _("A new link was sent to %(email)s; the older one ends.") % {"email": user.email},
    )
    return redirect("person", user.public_id)


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: UserRequest, person: UUID) -> HttpResponse:
    """Take who a member of staff is, by the paper that the reader sees."""
    user = person_in_reach(request.user, person)
    allowed(staffing.may_verify(request.user, user))
    known = identity_of(user)
    form = IdentityForm(request.POST if request.method == "POST" else None, known=known is not None)
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            staffing.verify_identity(
                user,
                id_number=cleaned["id_number"],
                date_of_birth=cleaned["date_of_birth"],
                phone=cleaned["phone"],
                reason=cleaned.get("reason", ""),
                by=request.user,
            )
        except NumberTaken:
            form.add_error("id_number", number_taken())
        else:
            messages.success(request, _("The identity is verified: this person may decide now."))
            return redirect("person", user.public_id)
    context = {"form": form, "person": user, "known": known}
    status = 422 if form.has_errors else 200
    return render(request, "administration/people/verify.html", context, status=status)


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def suspend_account(request: UserRequest, person: UUID) -> HttpResponse:
    """Suspend the staff sign-in of somebody who works only within the reader's reach."""
    user = person_in_reach(request.user, person)
    allowed(staffing.may_suspend_account(request.user, user))
    follows = joined.consequences(list(staffing.memberships_of(user)))
    form = go_form(request, follows)
    if form.is_valid():
        try:
            joined.suspend_account(user, by=request.user, reason=form.cleaned_data["reason"])
        except staffing.AlreadyHandled:
            return too_late(request, user)
        messages.success(request, _("The account is suspended, from the next click on."))
        return redirect("person", user.public_id)
    context = {"form": form, "person": user, "follows": follows}
    status = 422 if form.has_errors else 200
    return render(request, "administration/people/suspend_account.html", context, status=status)


@staffing_page
@require_POST
def reinstate_account(request: UserRequest, person: UUID) -> HttpResponse:
    """Allow the staff sign-in again."""
    user = person_in_reach(request.user, person)
    try:
        staffing.reinstate_account(user, by=request.user)
    except staffing.AlreadyHandled:
        return too_late(request, user)
    messages.success(request, _("The account is open again."))
    return redirect("person", user.public_id)


def membership_in_reach(user: User, public_id: UUID, person: UUID, role: str) -> Membership:
    """Return the newest membership of that role, also an ended one; 404 outside the reach."""
    organization = organization_in_reach(user, public_id)
    held = staffing.latest_membership(person, organization, role)
    if held is None:
        raise Http404
    return held


def allowed(is_so: bool) -> None:
    """Raise a 403 with a message for a user who may see this but not do it."""
    if not is_so:
        raise PermissionDenied(
            _(
                "You may not do this. Health officers act on the staff of their own area, site leads"
                " on the reviewers of their own site, and nobody on themselves."
            )
        )


def go_form(request: UserRequest, follows: list[joined.Consequence]) -> EndWorkForm:
    """Return the form for the reason, with a checkbox when a consequence is grave."""
    form = EndWorkForm(request.POST if request.method == "POST" else None)
    form.expect_confirmation(any(one.is_grave for one in follows))
    return form


def step_page(
    request: UserRequest,
    template: str,
    form: EndWorkForm | RoleForm,
    membership: Membership,
    follows: list[joined.Consequence],
) -> HttpResponse:
    """Show the consequences and the form."""
    if staffing.has_ended(membership):
        return too_late(request, membership.user)
    context = {
        "form": form,
        "membership": membership,
        "person": membership.user,
        "follows": follows,
        "is_self": membership.user_id == request.user.pk,
    }
    status = 422 if form.has_errors else 200
    return render(request, template, context, status=status)


def too_late(request: UserRequest, user: User) -> HttpResponse:
    """Say that somebody else was faster."""
    return errors.conflict(
        request,
        headline=_("This was done already"),
        text=_("Somebody was faster, or the button was pressed twice. Look at how it stands now."),
        href=reverse("person", args=[user.public_id]),
        link=_("To the page of this person"),
    )
