"""Cases on a desk where nobody decides any more go to the next one up, as new ones do.

Product rule 2: a body without an active reviewer cannot receive, the next one up does. What lay
there already would wait for ever; it follows, with its clock running on, in an hour: whoever was
replaced the same hour finds the queue as it was. Several desks at once, each in a transaction.
"""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from corrections.access import READING_ROLES
from corrections.models import Correction
from corrections.routing import handover
from corrections.routing.desks import NoDesk
from organizations import tree
from organizations.models import Membership, Organization, OrganizationQuerySet
from vaxreg import db_time

log = logging.getLogger(__name__)

# So long a desk without anybody keeps what lies on it, in case somebody is appointed.
GRACE = timedelta(hours=1)
# Desks in one run of the job; the next run goes on.
MOST_DESKS = 200


def hand_over_all() -> int:
    """Hand over what lies on desks that nobody attends; return how many cases went.

    A desk that fails stays as it is, is reported, and does not stand in the way of others.
    """
    handed = 0
    for desk in desks().order_by("pk")[:MOST_DESKS]:
        try:
            handed += hand_over(desk)
        except NoDesk:
            log.error("nobody at all can take the cases of %s", desk.code)
        except Exception:
            log.exception("set aside: the cases of %s stay on a desk without staff", desk.code)
    return handed


def desks() -> OrganizationQuerySet:
    """Return open organizations with open cases and nobody who decides, for an hour at least."""
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
    """Send every open case of a desk to who acts for it; return how many. Raises NoDesk.

    Asked again under the lock: somebody may have been appointed meanwhile.
    """
    tree.hold(desk)
    held = Correction.objects.open().filter(holder=desk).order_by("pk")
    list(held.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not desks().filter(pk=desk.pk).exists():
        return 0
    now = db_time.now()
    handover.settle(desk, now)
    ways = handover.ways(desk)
    handover.hand_over(desk, ways, now)
    return sum(len(way.cases) for way in ways)
