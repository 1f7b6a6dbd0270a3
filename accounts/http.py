"""Requests of which more is known than Django's own type says."""

from django.http import HttpRequest

from accounts.models import User


class UserRequest(HttpRequest):
    """A request whose sender is signed in: what `@citizen_page` and `@staff_page` hand on."""

    user: User
