"""Adds photos to a filing that was sent already, with the same checks as at filing."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from corrections import actions
from corrections.models import Correction, Evidence, Filing, UploadLink
from corrections.photos import evidence
from vaxreg.photos.cleaning import Picture

if TYPE_CHECKING:
    from accounts.models import User

MOST_AT_ONCE = 4
# Including those of the filing: a paper has two sides, and a question may ask for another one.
MOST_IN_ALL = 20


def add(
    case: Correction,
    pictures: Sequence[Picture],
    *,
    by: "User | UploadLink",
    answers: bool = True,
) -> int:
    """Add photos that evidence.rebuild accepted to the filing of a case; return how many are new.

    by: a user, or the upload link of a caller without an account; the agent who sent the link is
    then the uploader. answers: they answer a question that waits (actions.add_photo). A photo that the filing has already, as after a second press, is left out.
    Raises what actions.add_photo raises, and ValidationError keyed "photos" for too many.
    """
    user = None if isinstance(by, UploadLink) else by
    with ExitStack() as files, transaction.atomic():
        rows = _new_rows(case.filing_id, pictures, files, by=by)
        if rows:
            actions.add_photo(case, by=user, photos=len(rows), answers=answers)
            Evidence.objects.bulk_create(rows)
    return len(rows)


def attach(filing: Filing, pictures: Sequence[Picture], *, by: "User") -> None:
    """Attach photos to a filing in the transaction that stores it; none of them twice.

    Raises ValidationError keyed "photos" for too many.
    """
    with ExitStack() as files, transaction.atomic():
        Evidence.objects.bulk_create(_new_rows(filing.pk, pictures, files, by=by))


def _new_rows(
    filing_id: int, pictures: Sequence[Picture], files: ExitStack, *, by: "User | UploadLink"
) -> list[Evidence]:
    """Write the files of those photos that the filing has not, and return their unsaved rows."""
    link = by if isinstance(by, UploadLink) else None
    uploader = by.made_by if isinstance(by, UploadLink) else by
    # Others who add photos to this filing wait for this lock.
    filing = Filing.objects.select_for_update(no_key=True).get(pk=filing_id)
    kept = set(filing.evidence.values_list("sha256", flat=True))
    rows = []
    for picture in pictures:
        if picture.sha256 not in kept:
            kept.add(picture.sha256)
            columns = files.enter_context(
                evidence.write_files(picture, by=uploader, about=filing.citizen)
            )
            rows.append(Evidence(filing=filing, upload_link=link, **columns))
    if len(kept) > MOST_IN_ALL:
        raise ValidationError({"photos": _("A proposal can hold at most 20 photos.")})
    return rows
