"""Short messages to an account about its own data, in its language; without personal data."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils import translation

from messaging.actions import send_to_citizen
from vaxreg import ui

if TYPE_CHECKING:
    from accounts.models import User


def tell(user: "User", purpose: str, words: Callable[[], str], *, key: str = "") -> None:
    """Send it to the account's phone, else to its inbox. key: the same one is sent once."""
    texts = ui.in_each_language(words)
    with translation.override(user.language):
        send_to_citizen(
            purpose=purpose,
            phone=user.phone or "",
            text=texts[user.language],
            texts=texts,
            user_id=user.pk,
            dedupe_key=key or None,
        )
