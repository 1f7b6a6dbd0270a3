"""Request types that are more exact than Django's own."""

from django.http import HttpRequest

from accounts.models import User


class UserRequest(HttpRequest):
    """A request of a signed-in user, as `@citizen_page` and `@staff_page` pass it to views."""

    user: User
