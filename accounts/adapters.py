"""The adapters by which django-allauth is configured."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts import access, sessions
from accounts.models import SessionKind, User
from accounts.sign_in import devices
from vaxreg.addresses import client_ip, own_path
from vaxreg.encryption import ACCOUNTS


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-ins use our stages and session kinds, and redirect to pages of this site only."""

    def get_login_stages(self) -> list[str]:
        """The stages between the first proof and the session, in this order."""
        return [
            "accounts.sign_in.stages.SecondFactorStage",
            "accounts.sign_in.stages.NewPasswordStage",
            "accounts.sign_in.stages.SetUpSecondFactorStage",
            "accounts.sign_in.stages.RecoveryCodesStage",
        ]

    def post_login(
        self,
        request: HttpRequest,
        user: User,
        *,
        signal_kwargs: dict[str, Any] | None,
        redirect_url: str | None,
        **hook: Any,
    ) -> HttpResponse:
        """Store the kind in the session, and in the browser who signed in; redirect."""
        kind = SessionKind((signal_kwargs or {})["kind"])
        sessions.begin(request, user, kind)
        UserSession.objects.create_from_request(request)
        response = HttpResponseRedirect(own_path(redirect_url) or access.home_url(kind))
        known_as = user.email if kind == SessionKind.STAFF else user.phone
        # Accounts that VNeID has made have no phone number.
        if known_as:
            devices.remember(request, response, known_as.lower())
        return response

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """False: citizens sign in by a code, staff accounts are created for them."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether the URL is a path of this site."""
        return bool(own_path(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The client's IP address as our reverse proxies saw it."""
        return client_ip(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Drop django-allauth's messages: our pages have their own."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts the secrets of second factors in the database."""

    def encrypt(self, text: str) -> str:
        return ACCOUNTS.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `cryptography.fernet.InvalidToken` if no key of ACCOUNTS_KEY fits."""
        return ACCOUNTS.decrypt(encrypted_text)
