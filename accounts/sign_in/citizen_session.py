"""How a citizen session begins, by whatever way somebody has proven who they are."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts.models import SessionKind, User


def begin(request: HttpRequest, user: User, *, method: str, back: str) -> HttpResponse:
    """Begin a citizen session under a new session id, and redirect to `back` or to the record.

    A session that the browser had before ends. method: "code" or "vneid".
    """
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, method=method)
    login = Login(user=user, redirect_url=back, signal_kwargs={"kind": SessionKind.CITIZEN.value})
    response: HttpResponse = perform_login(request, login)
    return response
