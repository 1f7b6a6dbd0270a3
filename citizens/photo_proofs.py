"""Opening one's record from afar: photos of paper and person, decided by staff, then 24 hours.

Photos are small JPEG files, rebuilt from pixels and kept encrypted in their row until 30 days after
the decision.
"""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.identity import is_verified
from accounts.rate_limits import LimitRule, Limits
from citizens import link_messages, links
from citizens.access import is_own_or_family
from citizens.link_messages import Recipient
from citizens.models import PhotoProof, RecordLink
from organizations.models import Organization
from vaxreg import db_time, ui
from vaxreg.addresses import absolute
from vaxreg.photos import cleaning

if TYPE_CHECKING:
    from accounts.models import User

PER_DAY: Limits = ((6, timedelta(days=1)),)
PHOTOS_KEPT = timedelta(days=30)
BATCH = 200
Verdict = PhotoProof.Verdict


class AlreadyDecided(Exception):
    """A colleague has decided it, or the request has ended."""


def send(user: "User", paper: UploadedFile[Any], person: UploadedFile[Any]) -> None:
    """Add the two photos to what the user has asked for; later ones replace those not yet seen.

    Without a request they are looked at and dropped: the answer tells nobody whether there is a
    record. Raises ValidationError keyed "paper" or "person".
    """
    verdict = rate_limits.count_attempts(LimitRule("opening_photos", str(user.pk), PER_DAY))
    if verdict.retry_at is not None:
        raise ValidationError(
            {
                "paper": _(
                    "You have sent photos often today. You can do it again from %(time)s on."
                )
                % {"time": ui.when(verdict.retry_at)}
            }
        )
    pictures = {name: _clean(name, sent) for name, sent in (("paper", paper), ("person", person))}
    with transaction.atomic():
        links.lock(user)
        link = _waiting_of(user)
        if link is None:
            return
        columns = {
            **{f"{name}_photo": data for name, data in pictures.items()},
            **{
                f"{name}_sha256": hashlib.sha256(data).hexdigest()
                for name, data in pictures.items()
            },
        }
        PhotoProof.objects.update_or_create(
            link=link, decided_at=None, defaults={**columns, "sent_at": db_time.now()}
        )


def open_proofs(waiting: Any) -> dict[int, PhotoProof]:
    """Return the undecided photos of these links, by the id of the link; without the files."""
    rows = PhotoProof.objects.filter(link__in=waiting, decided_at=None)
    return {one.link_id: one for one in rows.defer("paper_photo", "person_photo")}


@transaction.atomic
def decide(
    proof: PhotoProof, verdict: str, *, by: "User", by_organization: Organization | None
) -> None:
    """Store what the photos show, and tell who sent them; the link begins after 24 hours, or not.

    verdict: one of PhotoProof.Verdict. Raises AlreadyDecided, and PermissionDenied for staff
    without a verified identity, or when it is their own record or their family's.
    """
    held = (
        PhotoProof.objects.select_for_update(of=("self",))
        .select_related("link__citizen")
        .get(pk=proof.pk)
    )
    if held.decided_at is not None or held.link.until is not None:
        raise AlreadyDecided
    if not is_verified(by) or is_own_or_family(by, held.link.citizen):
        raise PermissionDenied
    held.verdict, held.decided_at = Verdict(verdict), db_time.now()
    held.decided_by, held.by_organization = by, by_organization
    held.save(update_fields=["verdict", "decided_at", "decided_by", "by_organization"])
    if held.verdict == Verdict.SAME:
        try:
            links.begin_after_wait(held.link, by=by)
        except links.NotWaiting:
            raise AlreadyDecided from None
    sender = Recipient.of(held.link.user)
    purpose = link_messages.PHOTOS_ANSWERED
    link_messages.tell(held.link, purpose, sender, lambda: _words(held), once=f"photos {held.pk}")


def purge() -> int:
    """Delete photos that were decided 30 days ago, or whose request has ended; return how many."""
    limit = db_time.now() - PHOTOS_KEPT
    over = Q(decided_at__lt=limit) | Q(link__until__lt=limit)
    old = PhotoProof.objects.filter(over, photos_deleted_at=None).order_by("sent_at")
    keys = list(old.values_list("pk", flat=True)[:BATCH])
    return PhotoProof.objects.filter(pk__in=keys).update(
        paper_photo=None, person_photo=None, photos_deleted_at=db_time.now()
    )


def _clean(name: str, sent: UploadedFile[Any]) -> bytes:
    try:
        cleaning.refuse_by_size(sent.size or 0)
        return cleaning.clean(sent.read())[0].preview
    except ValidationError as wrong:
        raise ValidationError({name: wrong.messages}) from None


def _waiting_of(user: "User") -> RecordLink | None:
    """Return the own record that the user has asked for and that staff must look at."""
    asked = RecordLink.objects.waiting().filter(
        user=user, relation=RecordLink.Relation.SELF, needs_confirmation=True
    )
    return asked.order_by("-asked_at", "-pk").first()


def _words(proof: PhotoProof) -> str:
    if proof.verdict == Verdict.SAME:
        return _(
            "So Tiem: your photos were accepted. Your vaccination record opens at %(time)s, unless"
            " whoever is on record objects: %(page)s"
        ) % {"time": ui.when(proof.link.since), "page": absolute(reverse("record"))}
    return _(
        "So Tiem: your photos were not accepted: %(why)s. Send new ones, or bring your card to the"
        " place that gave the doses: %(page)s"
    ) % {
        "why": str(proof.get_verdict_display()).lower(),
        "page": absolute(reverse("record-asked")),
    }
