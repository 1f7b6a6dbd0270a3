"""Who saw whose record: a row for every reading, which the person may ask for.

The only writer of RecordVisit. A look outside of one's cases passes the gate first, in the same
transaction: it may be asked why, made to wait, or refused (citizens/looking/gate.py).
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from accounts.programs import Program
from citizens.looking import gate
from citizens.models import Citizen, RecordLink, RecordVisit
from organizations.models import Membership, Organization
from organizations.queries import held_roles
from vaxreg import db_time

# Why somebody opens a record, by the relation of their link; one's own first.
WHY = {
    RecordLink.Relation.SELF: RecordVisit.Why.OWN,
    RecordLink.Relation.GUARDIAN: RecordVisit.Why.GUARDIAN,
    RecordLink.Relation.RELATIVE: RecordVisit.Why.RELATIVE,
}
Ground, Seen = RecordVisit.Ground, RecordVisit.Seen
# In one statement: a list of a busy desk is opened all day long.
ONCE_A_DAY = """
INSERT INTO citizens_recordvisit
    (user_id, citizen_id, organization_id, role, why, seen, reference, ground, reason, at)
SELECT %s, shown, acting.place, coalesce(acting.role, ''), %s, %s, %s, %s, %s, now.at
FROM unnest(%s::bigint[]) AS shown CROSS JOIN ({now}) AS now (at)
    LEFT JOIN ({acting}) AS acting (place, role) ON true
WHERE NOT EXISTS (
    SELECT FROM citizens_recordvisit earlier
    WHERE earlier.citizen_id = shown AND earlier.user_id = %s AND earlier.why = %s
        AND earlier.seen = %s AND earlier.reference = %s
        AND earlier.at >= date_trunc('day', now.at, 'Asia/Ho_Chi_Minh')
)
"""

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def log_visit(
    user: "User",
    citizen: Citizen,
    why: str,
    *,
    organization: Organization | None = None,
    ground: str = Ground.ELSEWHERE,
    seen: str = Seen.RECORD,
    reference: str = "",
) -> RecordVisit:
    """Store that a member of staff opened the citizen's record; the citizen can see it later.

    `why` is one of RecordVisit.Why; `organization` is the one that staff act for, by default the
    highest. A door that does not say on what `ground` it opens counts as outside of one's cases.
    Raises gate.CannotLook: then nothing may be shown.
    """
    on, reason = gate.pass_gate(user, [citizen.pk], ground)
    place, role = acting_as(user, organization)
    return RecordVisit.objects.create(
        user=user,
        citizen=citizen,
        why=why,
        organization=place,
        role=role,
        seen=seen,
        reference=reference,
        ground=on,
        reason=reason,
        at=db_time.now(),
    )


def log_own(user: "User", citizen: Citizen, program: Program | None = None) -> RecordVisit:
    """Store that the user opened the record as its owner, a guardian, or a relative.

    An app that read it by the user's consent is named: it is somebody else.
    """
    if program is not None and program.app:
        return RecordVisit.objects.create(
            user=user,
            citizen=citizen,
            why=RecordVisit.Why.APP,
            app=program.app,
            seen=Seen.RECORD,
            at=db_time.now(),
        )
    live = RecordLink.objects.live().filter(user=user, citizen__in=Citizen.objects.whole(citizen))
    relations = set(live.values_list("relation", flat=True))
    why = next((WHY[one] for one in WHY if one in relations), RecordVisit.Why.GUARDIAN)
    return RecordVisit.objects.create(
        user=user, citizen=citizen, why=why, seen=Seen.RECORD, at=db_time.now()
    )


def log_listed(user: "User", citizens: Iterable[int]) -> None:
    """Store that a list showed these people (ids) to the user: once a day for each of them.

    A list is opened again and again; who saw whom on which day is kept.
    """
    shown = set(citizens)
    if shown:
        highest = held_roles(user).values_list("organization", "role")[:1]
        acting = highest.query.sql_with_params()
        _once_a_day(user, shown, RecordVisit.Why.LIST, acting, seen=Seen.LIST)


@transaction.atomic
def log_once_a_day(
    user: "User",
    citizens: Iterable[int],
    why: str,
    *,
    organization: Organization | None,
    ground: str,
    seen: str,
    reference: str,
) -> None:
    """Store that a page showed these people together: one row a day for each, of the same page.

    For pages that are loaded again and again while one decides. Raises gate.CannotLook.
    """
    shown = set(citizens)
    on, reason = gate.pass_gate(user, shown, ground)
    place, role = acting_as(user, organization)
    acting = ("SELECT %s::bigint, %s", (place.pk if place else None, role))
    _once_a_day(user, shown, why, acting, seen, reference, on, reason)


def acting_as(user: "User", organization: Organization | None) -> tuple[Organization | None, str]:
    """Return for whom the user looks, and in which role; (None, "") for an account without work.

    The role is the one at the organization, else that of the nearest one above it.
    """
    held = list(held_roles(user))
    if organization is None:
        first = held[0] if held else None
        return (first.organization, first.role) if first else (None, "")
    above = [one for one in held if organization.path.startswith(one.organization.path)]
    nearest: Membership | None = max(
        above, key=lambda one: len(one.organization.path), default=held[0] if held else None
    )
    return organization, nearest.role if nearest else ""


def _once_a_day(
    user: "User",
    citizens: Iterable[int],
    why: str,
    acting: tuple[str, Sequence[Any]],
    seen: str,
    reference: str = "",
    ground: str = "",
    reason: str = "",
) -> None:
    """Write the rows that no row of the same day stands for. The day is Viet Nam's.

    acting: the query, with its values, of the organization and the role.
    """
    what = (str(why), str(seen), reference)
    query, values = acting
    moment = get_user_model().objects.filter(pk=user.pk).order_by().values_list(db_time.sql_now())
    now, at = moment.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            ONCE_A_DAY.format(acting=query, now=now),
            [user.pk, *what, str(ground), reason, sorted(citizens), *at, *values, user.pk, *what],
        )
