"""Where django-allauth asks how this site does things."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts import access, sessions
from accounts.addresses import client_address, own_path
from accounts.models import SessionKind, User
from vaxreg.encryption import ACCOUNTS


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-ins pass our stages, begin a session of one kind, and lead to our own pages only."""

    def get_login_stages(self) -> list[str]:
        """What stands between the first proof and the session, in this order."""
        return [
            "accounts.stages.SecondFactorStage",
            "accounts.stages.NewPasswordStage",
            "accounts.stages.SetUpSecondFactorStage",
            "accounts.stages.RecoveryCodesStage",
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
        """Mark the session with its kind, and lead on."""
        kind = SessionKind((signal_kwargs or {})["kind"])
        sessions.begin(request, user, kind)
        return HttpResponseRedirect(own_path(redirect_url) or access.home_url(kind))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: citizens ask for a code, staff are given an account."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only paths of this site."""
        return bool(own_path(url))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address as our proxies saw it."""
        return client_address(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened; django-allauth need not say it again."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """As only this server can read it."""
        return ACCOUNTS.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken if no key of ACCOUNTS_KEY fits."""
        return ACCOUNTS.decrypt(encrypted_text)
