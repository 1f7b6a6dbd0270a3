"""Taking a copy: counted, kept as a row per record, told to the account, then written."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import rate_limits
from accounts.rate_limits import Limits
from citizens.visits import log_own
from own_data import collecting, pdf
from own_data.collecting import OwnRecord
from own_data.models import Download
from own_data.telling import tell
from vaxreg import db_time, ui

if TYPE_CHECKING:
    from accounts.models import User

# Enough for a family in both forms; whoever holds somebody else's phone does not fetch all day.
A_DAY: Limits = ((6, timedelta(days=1)),)


class TooManyDownloads(Exception):
    """The account took as many copies as it may in a day; the next one at `retry_at`."""

    def __init__(self, retry_at: datetime | None) -> None:
        super().__init__(retry_at)
        self.retry_at = retry_at


@transaction.atomic
def take(user: "User", chosen: Sequence[OwnRecord], form: str) -> bytes:
    """Return the copy as the bytes of a file, in the reader's language; at most 6 in a day.

    A record has a few dozen doses and proposals: it is written while the person waits. Raises
    TooManyDownloads, before anything is stored.
    """
    verdict = rate_limits.count_attempt("own data", str(user.pk), A_DAY)
    if not verdict.allowed:
        raise TooManyDownloads(verdict.retry_at)
    now = db_time.now()
    for one in chosen:
        Download.objects.create(user=user, citizen=one.citizen, form=form, at=now)
        log_own(user, one.citizen)
    tell(
        user,
        "own_data.download",
        lambda: (
            _(
                "So Tiem: a copy of the data of your account was downloaded at %(time)s. Not you? Call"
                " %(hotline)s."
            )
            % {"time": ui.minute(now), "hotline": ui.hotline().display}
        ),
    )
    values = collecting.everything(user, chosen)
    if form == Download.Form.PDF:
        return pdf.written(values)
    text = json.dumps(values, ensure_ascii=False, indent=2, default=collecting.plain)
    return text.encode()
