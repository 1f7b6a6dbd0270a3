"""Photos added to a proposal that was sent already: checked as at filing, once each, in one go."""

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
# With those of the filing; a paper has two sides, and a question may ask for another paper.
MOST_IN_ALL = 20


def add(
    case: Correction,
    pictures: Sequence[Picture],
    *,
    by: "User | UploadLink",
) -> int:
    """Put photos that evidence.admit let in beside those of the filing; return how many are new.

    by: the link of a caller without an account; the agent who sent it stands as uploader. A photo that is there already, as after a second press, is left out and no trouble. Raises what
    actions.add_photo raises, and ValidationError keyed "photos" when there would be too many.
    """
    link = by if isinstance(by, UploadLink) else None
    user = None if isinstance(by, UploadLink) else by
    uploader = by.made_by if isinstance(by, UploadLink) else by
    with ExitStack() as files, transaction.atomic():
        # Whoever else adds to this filing waits here.
        filing = Filing.objects.select_for_update(no_key=True).get(pk=case.filing_id)
        kept = set(filing.evidence.values_list("sha256", flat=True))
        rows = []
        for picture in pictures:
            if picture.sha256 not in kept:
                kept.add(picture.sha256)
                columns = files.enter_context(
                    evidence.written(picture, by=uploader, about=case.citizen)
                )
                rows.append(Evidence(filing=filing, upload_link=link, **columns))
        if len(kept) > MOST_IN_ALL:
            raise ValidationError({"photos": _("A proposal can hold at most 20 photos.")})
        if rows:
            actions.add_photo(case, by=user, photos=len(rows))
            Evidence.objects.bulk_create(rows)
    return len(rows)
