"""How tokens are renewed: only on a consent that stands. Read by django-oauth-toolkit."""

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator

from partners import consents


class Validator(OAuth2Validator):
    """The library's checks, and ours."""

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        """Always; a challenge that is empty or plain text counts as none, before anybody is asked."""
        if not request.code_challenge or request.code_challenge_method != "S256":
            request.code_challenge = None
        return True

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        """Whether it may be changed for new tokens: the consent behind it stands."""
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        return consents.behind(request.refresh_token_instance) is not None
