"""Messages that a person may refuse: which there are, who refused them, and the link for it.

Other apps register what they offer. Such a message is sent to everybody it is for until they
refuse; each has a signed link that works without signing in, in its text and for the mail program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.core import signing
from django.urls import reverse
from django_stubs_ext import StrOrPromise

from messaging.models import Message, Refusal
from vaxreg import db_time
from vaxreg.addresses import absolute

SALT = "messaging.choices"


@dataclass(frozen=True)
class Offer:
    """A kind of message that may be refused. is_for: whether it is for the user with this id."""

    purpose: str
    title: StrOrPromise
    description: StrOrPromise
    is_for: Callable[[int], bool]


OPTIONAL_MESSAGES: dict[str, Offer] = {}


def register(one: Offer) -> None:
    """Register a kind of message that people may refuse; called when an app starts."""
    OPTIONAL_MESSAGES[one.purpose] = one


def offered_to(user_id: int) -> list[Offer]:
    """Return the kinds of message that this person may refuse."""
    return [one for one in OPTIONAL_MESSAGES.values() if one.is_for(user_id)]


def refused_at(user_id: int, purpose: str) -> datetime | None:
    """Return since when the person refuses these messages, or None."""
    rows = Refusal.objects.filter(user_id=user_id, purpose=purpose)
    return rows.values_list("since", flat=True).first()


def choose(user_id: int, purpose: str, *, wanted: bool) -> None:
    """Store whether the person wants these messages; repeating it changes nothing."""
    if wanted:
        Refusal.objects.filter(user_id=user_id, purpose=purpose).delete()
    else:
        Refusal.objects.get_or_create(
            user_id=user_id, purpose=purpose, defaults={"since": db_time.now()}
        )


def link(user_id: int, purpose: str) -> str:
    """Return the absolute URL of the page on which this person chooses, without signing in."""
    public_id = get_user_model().objects.values_list("public_id", flat=True).get(pk=user_id)
    # Without a date: the link in an old e-mail works as long as the account exists.
    token = signing.Signer(salt=SALT).sign_object([str(public_id), purpose])
    return absolute(reverse("message-choice", args=[token]))


def read(token: str) -> tuple[int, Offer]:
    """Return whose choice a link is, and about what. Raises LookupError for an invalid link."""
    try:
        public_id, purpose = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        raise LookupError from None
    user_id = get_user_model().objects.filter(public_id=public_id).values_list("pk", flat=True)
    found = user_id.first()
    if found is None or purpose not in OPTIONAL_MESSAGES:
        raise LookupError
    return found, OPTIONAL_MESSAGES[purpose]


def language_of(user_id: int) -> str:
    return get_user_model().objects.values_list("language", flat=True).get(pk=user_id)


def headers(message: Message) -> dict[str, str]:
    """Return the headers for an unsubscribe button in the mail program (RFC 2369, RFC 8058)."""
    if message.purpose not in OPTIONAL_MESSAGES or message.user_id is None:
        return {}
    return {
        "List-Unsubscribe": f"<{link(message.user_id, message.purpose)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
