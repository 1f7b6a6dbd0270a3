"""Views of staff for those who look after them: lists, one person, invitation."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.identity import AnotherIdentity, NumberTaken
from accounts.models import User
from administration import people
from administration.forms.people import InviteForm
from citizens.looking import supervisors
from organizations import staffing
from organizations.actions import CannotAppoint
from organizations.models import Organization
from vaxreg.paging import Page

P = ParamSpec("P")


def staffing_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only health officers and site leads."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not staffing.staffed_by(request.user).exists():
            raise PermissionDenied(
                _("These pages are for health officers and site leads. Your account is neither.")
            )
        return view(request, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponseBase]", page))


def importing_page(
    view: Callable[Concatenate[UserRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Allow only health officers: a file may change a whole sub-tree."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not staffing.is_officer(request.user):
            raise PermissionDenied(
                _("These pages are for health officers. Your account has no such role.")
            )
        return view(request, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponseBase]", page))


@staffing_page
@require_safe
def everybody(request: UserRequest) -> HttpResponse:
    """List the staff of all organizations that the reader looks after."""
    reach = staffing.staffed_by(request.user)
    only = list(reach[:2])
    if len(only) == 1:
        return redirect("people", only[0].public_id)
    context = {
        "organizations": people.organizations_named(reach, request.GET.get("q", "")),
        "may_import": staffing.is_officer(request.user),
        "unverified": people.count_unverified(reach),
        **listing(request, people.page(reach, **asked(request))),
    }
    return render(request, "administration/people/everybody.html", context)


@staffing_page
@require_safe
def of_organization(request: UserRequest, public_id: UUID) -> HttpResponse:
    """List who works at one organization."""
    organization = organization_in_reach(request.user, public_id)
    alone = Organization.objects.filter(pk=organization.pk)
    context = {
        "organization": organization,
        "may_invite": organization.is_open
        and bool(staffing.roles_given_by(request.user, organization)),
        "is_officer": staffing.is_officer(request.user),
        "unverified": people.count_unverified(alone),
        "nobody_decides": not Organization.objects.able_to_receive()
        .filter(pk=organization.pk)
        .exists(),
        **listing(request, people.page(alone, **asked(request))),
    }
    return render(request, "administration/people/organization.html", context)


@staffing_page
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: UserRequest, public_id: UUID) -> HttpResponse:
    """Invite somebody to work at an organization, by e-mail."""
    organization = organization_in_reach(request.user, public_id)
    roles = staffing.roles_given_by(request.user, organization)
    form = InviteForm(request.POST if request.method == "POST" else None, roles=roles)
    if form.is_valid() and (person := invited(request, form, organization)):
        messages.success(
            request,
            _("%(person)s was written to at %(email)s.")
            % {"person": person.full_name or person.email, "email": person.email},
        )
        return redirect("people", organization.public_id)
    context = {"form": form, "organization": organization}
    status = 422 if form.has_errors else 200
    return render(request, "administration/people/invite.html", context, status=status)


@staffing_page
@require_safe
def person(request: UserRequest, person: UUID) -> HttpResponse:
    """Show where somebody works, the state of their account, and the acts about them."""
    user = person_in_reach(request.user, person)
    context = {
        "user_shown": user,
        "file": people.person_page(user, reader=request.user),
        "is_self": user.pk == request.user.pk,
        "supervises": supervisors.supervises(request.user, user),
    }
    return render(request, "administration/people/person.html", context)


def invited(request: UserRequest, form: InviteForm, organization: Organization) -> User | None:
    """Send the invitation; None when it is not possible: the form has the errors."""
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    if email.lower() == request.user.email:
        form.add_error("email", _("This is your own address. Somebody else appoints you."))
        return None
    try:
        return staffing.invite(
            email=email,
            full_name=form.cleaned_data["full_name"],
            id_number=form.cleaned_data["id_number"],
            date_of_birth=form.cleaned_data["date_of_birth"],
            phone=form.cleaned_data["phone"],
            organization=organization,
            role=role,
            by=request.user,
        ).user
    except staffing.WorksThere:
        form.add_error("email", _("This person has this role here already."))
    except staffing.AccountShut:
        form.add_error("email", _("The account with this address is suspended."))
    except AnotherIdentity:
        form.add_error(
            "id_number",
            _(
                "The account with this address has another ID number or date of birth. Check the"
                " address: is it that of another person?"
            ),
        )
    except NumberTaken:
        form.add_error("id_number", number_taken())
    except CannotAppoint:
        form.add_error(None, _("This organization is closed. Nobody can be invited to it."))
    return None


def number_taken() -> str:
    """Return what to do when another account has the ID number."""
    return _(
        "Another account has this ID number, and one person has one account. Use the address of "
        "that account, or check the number."
    )


def organization_in_reach(user: User, public_id: UUID) -> Organization:
    """Return an organization whose staff the user looks after; 404 for any other."""
    reach = staffing.staffed_by(user).select_related("area", "part_of")
    return get_object_or_404(reach, public_id=public_id)


def person_in_reach(user: User, public_id: UUID) -> User:
    """Return somebody who works or worked where the user looks after the staff; 404 otherwise."""
    return get_object_or_404(staffing.seen_by(user), public_id=public_id)


def asked(request: UserRequest) -> dict[str, str]:
    """Return the filters and the page marker of the query string."""
    state = request.GET.get("show", "")
    return {
        "words": request.GET.get("q", ""),
        "state": state if state in people.STATES else "",
        "after": request.GET.get("after", ""),
    }


def listing(request: UserRequest, page: Page[people.StaffPerson]) -> dict[str, object]:
    """Return the template context of one page of a list."""
    kept = {name: value for name in ("q", "show") if (value := request.GET.get(name, ""))}
    here = f"{request.path}?{urlencode(kept)}" if kept else request.path
    more = f"{request.path}?{urlencode({**kept, 'after': page.after})}" if page.after else ""
    return {
        "page": page,
        "q": request.GET.get("q", ""),
        "show": asked(request)["state"],
        "first": here if not page.is_first else "",
        "next": more,
    }
