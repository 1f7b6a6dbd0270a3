"""Helpers of the pages for health officers: who may open them, and the part of the tree shown."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.decorators import staff_page
from accounts.http import UserRequest
from accounts.models import User
from organizations.models import Membership, Organization
from organizations.scope import Scope, scope_of
from vaxreg.uuids import with_public_id

P = ParamSpec("P")
S = TypeVar("S")


def officer_page(
    view: Callable[Concatenate[UserRequest, Scope, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require a health officer; the view is given the organizations that they oversee."""
    return page_of_officers(scope_of, view)


def page_of_officers(
    oversees: Callable[[User], S | None],
    view: Callable[Concatenate[UserRequest, S, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Require staff for whom `oversees` returns a value; the view is given that value."""

    @wraps(view)
    def page(request: UserRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = oversees(request.user)
        if found is None:
            raise PermissionDenied(
                _("These pages are for health officers. Your account has no such role.")
            )
        return view(request, found, *args, **kwargs)

    return staff_page(cast("Callable[Concatenate[UserRequest, P], HttpResponse]", page))


def places(scope: Scope) -> str:
    """Return the names of the organizations that the report covers."""
    return ", ".join(top.name for top in scope.tops)


def narrowed(request: UserRequest, scope: Scope) -> tuple[Scope, Organization | None]:
    """Return the part of the scope that ?under= names. Raises Http404 outside the scope."""
    wanted = request.GET.get("under")
    if not wanted:
        return scope, None
    under = organization_in_reach(request.user, wanted)
    return Scope((under,)), under


def organization_in_reach(user: User, public_id: UUID | str) -> Organization:
    """Return an organization within the officer's sub-trees. Raises Http404 for any other id."""
    reach = Organization.objects.within_reach(user, Membership.Role.OFFICER)
    return get_object_or_404(with_public_id(reach.select_related("area", "part_of"), public_id))


def with_query(url: str, under: Organization | None = None, **parameters: str) -> str:
    """Return the URL with query parameters, including the part of the tree (?under=)."""
    query = {**parameters, **({"under": str(under.public_id)} if under else {})}
    return f"{url}?{urlencode(query)}" if query else url
