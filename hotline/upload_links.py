"""Upload links: made by an agent, sent by SMS, used by a caller to send photos of the paper.

A link is valid for 48 hours and four photos. Only its hash is stored. The SMS contains the secret:
its text is deleted after delivery. The page shows the reference and nothing about a person.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import rate_limits
from accounts.rate_limits import LimitRule, Limits
from corrections import access, actions
from corrections.lifecycle import OPEN, Status
from corrections.models import Correction, UploadLink
from corrections.photos import added
from messaging.actions import send
from messaging.models import Channel, Message
from vaxreg import db_time
from vaxreg.addresses import absolute
from vaxreg.photos.cleaning import Picture

if TYPE_CHECKING:
    from accounts.models import User

GOOD_FOR = timedelta(hours=48)
MOST_PHOTOS = 4
TOKEN_BYTES = 16
PER_CASE: Limits = [(5, timedelta(days=1))]
PER_AGENT: Limits = [(60, timedelta(hours=1))]
# Tries with a file; each costs a process that decodes it.
UPLOADS_OF_LINK: Limits = [(20, timedelta(days=1))]
UNKNOWN_FROM_ADDRESS: Limits = [(30, timedelta(hours=1))]


class TooManyLinks(Exception):
    """The case had the greatest number of links for one day."""


@transaction.atomic
def send_link(case: Correction, *, by: "User") -> Message:
    """Create a link for a case that the hotline filed, and send it to the caller's phone.

    Raises PermissionDenied for a user who is no agent, and TooManyLinks.
    """
    phone = case.filing.answer_phone
    if access.hotline_of(by) is None or not phone or case.status not in OPEN:
        raise PermissionDenied
    verdict = rate_limits.count_attempts(
        LimitRule("upload link: case", str(case.pk), PER_CASE),
        LimitRule("upload link: agent", str(by.pk), PER_AGENT),
    )
    if not verdict.allowed:
        raise TooManyLinks
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = db_time.now()
    link = UploadLink.objects.create(
        token_hash=hashed(token),
        correction=case,
        made_by=by,
        made_at=now,
        expires_at=now + GOOD_FOR,
    )
    with override("vi"):
        text = _("So Tiem: send a photo of the vaccination paper for %(reference)s here: %(link)s")
        return send(
            purpose="correction.upload_link",
            channel=Channel.SMS,
            recipient=phone,
            text=text % {"reference": case.reference, "link": address(token)},
            dedupe_key=message_key(link.pk),
            is_secret=True,
            useless_after=link.expires_at,
        )


def message_key(link_id: int) -> str:
    """Return the de-duplication key of the SMS with a link: there is one for each link."""
    return f"upload_link:{link_id}"


def hashed(token: str) -> str:
    """Return the hash to store; a token is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def address(token: str) -> str:
    """Return the address for the SMS."""
    return absolute(reverse("upload", args=[token]))


def open_link(token: str) -> UploadLink | None:
    """Return the link; None when it is unknown, expired, used up, or its case is closed."""
    link = (
        UploadLink.objects.filter(token_hash=hashed(token), expires_at__gt=db_time.now())
        .select_related(
            "correction__filing", "correction__holder", "correction__citizen", "made_by"
        )
        .first()
    )
    if link is None or link.correction.status not in OPEN or left(link) <= 0:
        return None
    return link


def left(link: UploadLink) -> int:
    """Return how many photos the link still accepts."""
    return MOST_PHOTOS - link.photos.count()


@transaction.atomic
def receive(link: UploadLink, pictures: Sequence[Picture], *, words: str = "") -> int:
    """Add photos to the filing, and answer an open question with them; return how many are new.

    The agent who made the link is recorded as uploader; the event names no user. Raises what
    photos.added.add raises.
    """
    link = (
        UploadLink.objects.select_for_update(of=("self",)).select_related("made_by").get(pk=link.pk)
    )
    case = Correction.objects.select_related("filing", "citizen").get(pk=link.correction_id)
    pictures = pictures[: max(left(link), 0)]
    if case.status == Status.WAITING and words.strip():
        case = actions.answer(case, by=None, words=words)
    return added.add(case, pictures, by=link)
