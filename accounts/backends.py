"""Authentication of staff by e-mail address and password, the first of two factors."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class EmailBackend(ModelBackend):
    """Finds the user by e-mail; takes the same time and gives the same answer if there is none."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        email: str | None = None,
        password: str | None = None,
        **credentials: Any,
    ) -> User | None:
        """Return the active user with this address and password, or None."""
        if email is None or password is None:
            return None
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            # Compute one hash in either case, so that the time does not tell if the user exists.
            User().set_password(password)
            return None
        allowed = self.user_can_authenticate(user) and user.suspended_at is None
        if user.check_password(password) and allowed:
            return user
        return None
