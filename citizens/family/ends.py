"""What comes to its end by itself: links of guardians at 18, agreements on their last day.

Whose link it is and whose record it is are told before and then. Each is told once; what an outage
has missed is done by the next run.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from background import counting
from citizens import links
from citizens.family import messages
from citizens.models import RecordLink, RecordLinkQuerySet
from vaxreg import db_time

log = logging.getLogger(__name__)

# A month, whichever it is; a week.
GUARDIANS_TOLD_BEFORE = timedelta(days=31)
RELATIVES_TOLD_BEFORE = timedelta(days=7)
MOST = 500
END = counting.register(
    counting.Work("citizens.link_end", "links to records that end", about=lambda key: f"link {key}")
)


def sweep() -> int:
    """Tell of links that end soon, and close those that came to their end; return how many."""
    return _each(ending_soon(), _tell_soon) + _each(RecordLink.objects.expired(), _close)


def ending_soon() -> RecordLinkQuerySet:
    """Return the open links that end soon and of which nobody was told yet."""
    now = db_time.now()
    guardians = Q(relation=RecordLink.Relation.GUARDIAN, ends_at__lte=now + GUARDIANS_TOLD_BEFORE)
    relatives = Q(
        relation=RecordLink.Relation.RELATIVE,
        ends_at__lte=now + RELATIVES_TOLD_BEFORE,
        # Of a shorter agreement both have just read the last day.
        ends_at__gt=F("since") + RELATIVES_TOLD_BEFORE,
    )
    return RecordLink.objects.live().filter(guardians | relatives, until=None, end_told_at=None)


def _each(found: RecordLinkQuerySet, do: Callable[[RecordLink], None]) -> int:
    """Do it for each link in a transaction of its own: one that fails does not stop the others."""
    aside = [int(key) for key in counting.set_aside_of(END)]
    rows = found.exclude(pk__in=aside).order_by("ends_at", "pk")
    done = 0
    for key in list(rows.values_list("pk", flat=True)[:MOST]):
        try:
            with counting.counted(END, [key]) as begun:
                done += _do(key, do) if begun else 0
        except Exception:
            log.exception("skipped: the end of link %s", key)
    return done


def _do(key: int, do: Callable[[RecordLink], None]) -> int:
    with transaction.atomic():
        rows = RecordLink.objects.select_for_update(of=("self",), skip_locked=True)
        link = (
            rows.select_related("user", "citizen__merged_into").filter(pk=key, until=None).first()
        )
        if link is not None:
            do(link)
    return link is not None


def _tell_soon(link: RecordLink) -> None:
    messages.tell_ends_soon(link)
    link.end_told_at = db_time.now()
    link.save(update_fields=["end_told_at"])


def _close(link: RecordLink) -> None:
    links.close(link)
    messages.tell_came_to_its_end(link)
