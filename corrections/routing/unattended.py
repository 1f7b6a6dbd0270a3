"""Moves cases from organizations without an active reviewer to the next one up.

New cases go there at once (routing/desks.py). Those that such an organization holds already
follow after one hour, with their clocks running on: whoever is replaced within the hour finds the
queue unchanged. Handles several organizations, each in its own transaction.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from background import counting
from corrections.access import READING_ROLES
from corrections.models import Correction
from corrections.routing import handover
from corrections.routing.desks import NoDesk
from organizations import tree
from organizations.models import Membership, Organization, OrganizationQuerySet
from vaxreg import db_time

log = logging.getLogger(__name__)

# An organization without a reviewer keeps its cases for this time, in case one is appointed.
GRACE = timedelta(hours=1)
# Organizations in one run of the job; the next run continues.
MOST_DESKS = 200


def _about(key: str) -> str:
    desk = Organization.objects.filter(pk=key).first()
    return f"organization {desk.code}" if desk else f"organization {key}, which is gone"


DESK = counting.register(
    counting.Work("corrections.desk", "cases on a desk without staff", about=_about)
)


def hand_over_all() -> int:
    """Move the cases of all organizations that nobody attends; return how many cases moved.

    If one organization fails, its cases stay, the error is logged, and the others go on. So they do
    when the process dies in one again and again: it is set aside.
    """
    handed = 0
    aside = [int(key) for key in counting.set_aside_of(DESK)]
    for desk in desks().exclude(pk__in=aside).order_by("pk")[:MOST_DESKS]:
        try:
            with counting.counted(DESK, [desk.pk]) as begun:
                handed += hand_over(desk) if begun else 0
        except NoDesk:
            log.error("nobody at all can take the cases of %s", desk.code)
        except Exception:
            log.exception("skipped: the cases of %s stay on a desk without staff", desk.code)
    return handed


def desks() -> OrganizationQuerySet:
    """Return open organizations with open cases that had no reviewer for an hour or more."""
    held = Correction.objects.open().filter(holder=OuterRef("pk"))
    a_moment_ago = db_time.now() - GRACE
    just_left = Membership.objects.filter(
        Q(until__gt=a_moment_ago)
        | Q(suspended_at__gt=a_moment_ago)
        | Q(user__suspended_at__gt=a_moment_ago),
        organization=OuterRef("pk"),
        role__in=READING_ROLES,
    )
    able = Organization.objects.able_to_receive()
    return (
        Organization.objects.open()
        .filter(Exists(held), ~Exists(just_left))
        .exclude(pk__in=able.values("pk"))
    )


@transaction.atomic
def hand_over(desk: Organization) -> int:
    """Move every open case of an organization to who acts for it; return how many. Raises NoDesk.

    Checks again under the lock: a reviewer may have been appointed in the meantime.
    """
    tree.lock(desk)
    held = Correction.objects.open().filter(holder=desk).order_by("pk")
    list(held.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not desks().filter(pk=desk.pk).exists():
        return 0
    now = db_time.now()
    handover.settle(desk, now)
    ways = handover.routes(desk)
    handover.hand_over(desk, ways, now)
    return sum(len(way.cases) for way in ways)
