"""Who saw whose record: a row for every reading, which the person may ask for."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection

from citizens.models import Citizen, RecordLink, RecordVisit
from organizations.models import Organization
from vaxreg import db_time

# Why somebody opens a record, by the relation of their link; one's own first.
WHY = {
    RecordLink.Relation.SELF: RecordVisit.Why.OWN,
    RecordLink.Relation.GUARDIAN: RecordVisit.Why.GUARDIAN,
    RecordLink.Relation.RELATIVE: RecordVisit.Why.RELATIVE,
}
# In one statement: a list of a busy desk is opened all day long.
LISTED = """
INSERT INTO citizens_recordvisit (user_id, citizen_id, why, at)
SELECT %(user)s, shown, %(why)s, now() FROM unnest(%(shown)s::bigint[]) AS shown
WHERE NOT EXISTS (
    SELECT FROM citizens_recordvisit earlier
    WHERE earlier.citizen_id = shown AND earlier.user_id = %(user)s AND earlier.why = %(why)s
        AND earlier.at >= date_trunc('day', now(), 'Asia/Ho_Chi_Minh')
)
"""

if TYPE_CHECKING:
    from accounts.models import User


def log_visit(
    user: "User", citizen: Citizen, why: str, *, organization: Organization | None = None
) -> RecordVisit:
    """Store that the user opened the citizen's record; the citizen can see it later.

    `why` is one of RecordVisit.Why; `organization` is the one that staff act for.
    """
    return RecordVisit.objects.create(
        user=user, citizen=citizen, why=why, organization=organization, at=db_time.now()
    )


def log_own(user: "User", citizen: Citizen) -> RecordVisit:
    """Store that the user opened the record as its owner, a guardian, or a relative."""
    live = RecordLink.objects.live().filter(user=user, citizen__in=Citizen.objects.whole(citizen))
    relations = set(live.values_list("relation", flat=True))
    why = next((WHY[one] for one in WHY if one in relations), RecordVisit.Why.GUARDIAN)
    return log_visit(user, citizen, why)


def log_listed(user: "User", citizens: Iterable[int]) -> None:
    """Store that a list showed these people (ids) to the user: once a day for each of them.

    The day is Viet Nam's. A list is opened again and again; who saw whom on which day is kept.
    """
    shown = sorted(set(citizens))
    if not shown:
        return
    with connection.cursor() as cursor:
        cursor.execute(LISTED, {"user": user.pk, "shown": shown, "why": RecordVisit.Why.LIST.value})
