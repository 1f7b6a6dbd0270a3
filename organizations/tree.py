"""Changes of the tree: open, change, move, merge, close. Only this module writes organizations.

A lock for the whole country allows one change at a time, so that none sees another half done. Each
stores an Act. What an organization holds is handed over by administration/close_merge_move.py, in
the same transaction.
"""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from organizations.journal import CLOSED, StaffEvent
from organizations.models import Act, Area, Membership, Organization
from vaxreg import db_time

if TYPE_CHECKING:
    from accounts.models import User

Kinds = Organization.Kind
Roles = Membership.Role

# The kinds of parent that are allowed for each kind of organization.
ALLOWED_PARENTS: dict[str, frozenset[str]] = {
    Kinds.MINISTRY: frozenset(),
    Kinds.HOTLINE: frozenset({Kinds.MINISTRY}),
    Kinds.PROVINCIAL_DEPARTMENT: frozenset({Kinds.MINISTRY}),
    Kinds.DISTRICT_CENTRE: frozenset({Kinds.PROVINCIAL_DEPARTMENT}),
    Kinds.COMMUNE_STATION: frozenset({Kinds.PROVINCIAL_DEPARTMENT, Kinds.DISTRICT_CENTRE}),
    Kinds.HOSPITAL: frozenset({Kinds.MINISTRY, Kinds.PROVINCIAL_DEPARTMENT, Kinds.DISTRICT_CENTRE}),
    Kinds.SITE: frozenset(
        {
            Kinds.PROVINCIAL_DEPARTMENT,
            Kinds.DISTRICT_CENTRE,
            Kinds.COMMUNE_STATION,
            Kinds.HOSPITAL,
        }
    ),
}
# These kinds are never closed: without them cases have no last desk.
NEVER_CLOSED = frozenset({Kinds.MINISTRY, Kinds.HOTLINE})
# The level of area that each kind of desk must have.
LEVEL_OF: dict[str, str] = {
    Kinds.PROVINCIAL_DEPARTMENT: Area.Level.PROVINCE,
    Kinds.DISTRICT_CENTRE: Area.Level.DISTRICT,
    Kinds.COMMUNE_STATION: Area.Level.COMMUNE,
}
CODES: dict[str, str] = {
    Kinds.PROVINCIAL_DEPARTMENT: "SYT",
    Kinds.DISTRICT_CENTRE: "TTYT",
    Kinds.COMMUNE_STATION: "TYT",
    Kinds.HOSPITAL: "BV",
    Kinds.SITE: "DTC",
}
# Fields that a user may change, and the form field that shows a violation of a rule.
DETAILS = ("name", "short_name", "phone", "email", "area")
FIELD_OF: dict[str, str] = {
    "organization_one_ministry_and_one_hotline": "kind",
    "organization_one_desk_per_area_and_kind": "area",
    "organization_only_the_ministry_is_part_of_nothing": "part_of",
    "organization_desks_have_an_area": "area",
    "organization_closes_after_it_opens": "opened_on",
}
# Key of the advisory lock by which changes of the tree wait for each other; an arbitrary number.
TURN = 8_294_610


class CannotArrange(ValidationError):
    """The tree cannot be changed in this way; errors are keyed by the argument that is wrong."""


class CannotClose(CannotArrange):
    """It has open parts, its successor is closed, or it is the ministry or the hotline."""


def may_close_or_move(user: "User", organization: Organization) -> bool:
    """Whether the user may close, merge or move it: an officer of an organization above it."""
    return _is_officer_of(user, organization.part_of_id)


def may_open_under(user: "User", organization: Organization) -> bool:
    """Whether the user may open parts of it or change it: an officer here or above."""
    return _is_officer_of(user, organization.pk)


def _is_officer_of(user: "User", organization_id: int | None) -> bool:
    if user.is_superuser:
        return True
    reach = Organization.objects.within_reach(user, Roles.OFFICER)
    return organization_id is not None and reach.filter(pk=organization_id).exists()


def _require(user: "User | None", organization_id: int | None) -> None:
    # None is the system itself: set-up commands and demo data.
    if user is not None and not _is_officer_of(user, organization_id):
        raise PermissionDenied


def lock_tree() -> None:
    """Wait for other changes of the tree, and block them until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


def lock(organization: Organization) -> Organization:
    """Return the current row, locked against work being assigned to the organization.

    FOR NO KEY UPDATE: rows with a foreign key to it can still be written.
    """
    return Organization.objects.select_for_update(of=("self",), no_key=True).get(pk=organization.pk)


def keep_open(organization: Organization) -> bool:
    """Keep an organization open until the end of the transaction; False if it is closed.

    Call it before assigning work to a desk, so that work is not assigned while the desk closes.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT closed_on IS NULL FROM organizations_organization WHERE id = %s FOR SHARE",
            [organization.pk],
        )
        row = cursor.fetchone()
    return row is not None and bool(row[0])


@transaction.atomic
def open_organization(
    *,
    name: str,
    kind: str,
    part_of: Organization,
    by: "User | None",
    area: Area | None = None,
    short_name: str = "",
    phone: str = "",
    email: str = "",
    code: str = "",
    opened_on: date | None = None,
) -> Organization:
    """Open a new organization below another one; without `code` it gets the next free one.

    Raises CannotArrange keyed by field, PermissionDenied.
    """
    _require(by, part_of.pk)
    lock_tree()
    above = Organization.objects.get(pk=part_of.pk)
    now = db_time.now()
    new = Organization(
        name=" ".join(name.split()),
        short_name=" ".join(short_name.split()),
        kind=kind,
        part_of=above,
        area=area,
        phone=phone.strip(),
        email=email.strip(),
        opened_on=opened_on or timezone.localdate(now),
    )
    new.code = code.strip() or _free_code(new)
    _require_sound(new, {"part_of": _why_not_under(kind, above), "area": _why_not_there(new)})
    new.save(force_insert=True)
    _write(Act.Kind.OPENED, [new], by, went_to=above)
    return new


@transaction.atomic
def change_details(
    organization: Organization, *, by: "User | None", **details: Any
) -> Organization:
    """Change names, phone, e-mail or area; no act is stored if nothing differs.

    Raises CannotArrange keyed by field, PermissionDenied; TypeError for a field not in DETAILS.
    """
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"not a detail of an organization: {sorted(unknown)}")
    _require(by, organization.pk)
    lock_tree()
    fresh = lock(organization)
    changed = {}
    for field, value in details.items():
        new = " ".join(value.split()) if isinstance(value, str) else value
        old = getattr(fresh, field)
        if new != old:
            changed[field] = [str(old or ""), str(new or "")]
            setattr(fresh, field, new)
    if changed:
        _require_sound(fresh, {"area": _why_not_there(fresh)} if "area" in changed else {})
        fresh.save(update_fields=[*changed, "search_name"])
        _write(Act.Kind.CHANGED, [fresh], by, changed=changed)
    return fresh


@transaction.atomic
def move(organization: Organization, *, part_of: Organization, by: "User | None") -> Organization:
    """Move an organization, with everything below it, to another parent.

    Its cases stay at its desk, but other officers oversee them. Raises CannotArrange keyed
    "part_of"; PermissionDenied unless both are in the reach of `by`.
    """
    _require(by, organization.part_of_id)
    _require(by, part_of.pk)
    lock_tree()
    fresh, above = lock(organization), Organization.objects.get(pk=part_of.pk)
    _require_open(fresh, {"part_of": _why_not_moved(fresh, above)}, CannotArrange)
    before = fresh.part_of
    fresh.part_of = above
    fresh.save(update_fields=["part_of"])
    _write(Act.Kind.MOVED, [fresh], by, came_from=before, went_to=above)
    fresh.refresh_from_db(fields=["path"])
    return fresh


@transaction.atomic
def close(
    organization: Organization,
    *,
    by: "User | None",
    successor: Organization | None = None,
    on: date | None = None,
) -> Organization:
    """Close an organization: all memberships end, its successor takes over.

    No change if it is closed already. Raises CannotClose keyed "successor" or without a field;
    PermissionDenied unless the successor is in the reach of `by` too.
    """
    _require(by, organization.part_of_id)
    if successor is not None:
        _require(by, successor.pk)
    lock_tree()
    fresh = lock(organization)
    if not fresh.is_open:
        return fresh
    heir = Organization.objects.get(pk=successor.pk) if successor else None
    why: dict[str, str] = {NON_FIELD_ERRORS: _why_not_closed(fresh)}
    if heir is not None:
        why["successor"] = _why_no_heir(fresh, heir)
    _require_open(fresh, why, CannotClose)
    _end_all_work(fresh, by)
    return _close(fresh, heir, Act.Kind.CLOSED, by, on)


@transaction.atomic
def merge(
    organization: Organization, *, into: Organization, by: "User | None", on: date | None = None
) -> Organization:
    """Close an organization in favour of another one, which also gets its parts and staff.

    Reviewers and leads continue there; officers only if both are of the same kind, because their
    reach would grow otherwise. Raises CannotClose keyed "into" or without a field;
    PermissionDenied unless both are in the reach of `by`.
    """
    _require(by, organization.part_of_id)
    _require(by, into.pk)
    lock_tree()
    fresh, heir = lock(organization), Organization.objects.get(pk=into.pk)
    why = {NON_FIELD_ERRORS: _why_it_stays(fresh), "into": _why_not_merged(fresh, heir)}
    _require_open(fresh, why, CannotClose)
    moving = list(people_going_along(fresh, heir))
    _end_all_work(fresh, by)
    now = db_time.now()
    begun = Membership.objects.bulk_create(
        Membership(
            user_id=one.user_id, organization=heir, role=one.role, since=now, appointed_by=by
        )
        for one in moving
    )
    _note_work(begun, StaffEvent.Act.APPOINTED, by, fresh)
    parts = list(open_parts(fresh))
    # Closed parts move too, so that officers of the successor find the cases that they decided.
    Organization.objects.filter(part_of=fresh).update(part_of=heir)
    _write(Act.Kind.MOVED, parts, by, came_from=fresh, went_to=heir)
    return _close(fresh, heir, Act.Kind.MERGED, by, on)


def open_parts(organization: Organization) -> QuerySet[Organization]:
    """Return the open direct parts of this organization."""
    return Organization.objects.open().filter(part_of=organization).order_by("search_name", "pk")


def people_going_along(organization: Organization, into: Organization) -> QuerySet[Membership]:
    """Return the memberships that continue at the other organization after a merger."""
    roles = {Roles.REVIEWER, Roles.LEAD}
    if organization.kind == into.kind:
        roles.add(Roles.OFFICER)
    there = Membership.objects.filter(
        _not_over(), organization=into, user=OuterRef("user"), role=OuterRef("role")
    )
    return (
        Membership.objects.live()
        .filter(~Exists(there), organization=organization, role__in=sorted(roles))
        .filter(user__is_active=True)
        .select_related("user")
        .order_by("user__full_name", "pk")
    )


def _not_over() -> Q:
    return Q(until=None) | Q(until__gt=db_time.sql_now())


def _end_all_work(organization: Organization, by: "User | None") -> None:
    """End live and future memberships."""
    working = Membership.objects.filter(_not_over(), organization=organization)
    _note_work(working, StaffEvent.Act.ENDED, by, organization)
    working.update(until=Greatest("since", db_time.sql_now()), ended_by=by)


def _note_work(
    memberships: Iterable[Membership], act: StaffEvent.Act, by: "User | None", why: Organization
) -> None:
    now = db_time.now()
    with override("vi"):
        reason = str(CLOSED) % {"organization": why.name}
    StaffEvent.objects.bulk_create(
        StaffEvent(
            user_id=one.user_id,
            act=act,
            organization_id=one.organization_id,
            role=one.role,
            reason=reason,
            at=now,
            by=by,
        )
        for one in memberships
    )


def _close(
    organization: Organization,
    heir: Organization | None,
    kind: Act.Kind,
    by: "User | None",
    on: date | None,
) -> Organization:
    organization.closed_on = on or timezone.localdate(db_time.now())
    organization.successor = heir
    organization.save(update_fields=["closed_on", "successor"])
    _write(kind, [organization], by, went_to=heir)
    return organization


def _write(
    kind: Act.Kind, organizations: Iterable[Organization], by: "User | None", **act: Any
) -> None:
    now = db_time.now()
    Act.objects.bulk_create(
        Act(organization=one, kind=kind, at=now, by=by, **act) for one in organizations
    )


def _require_open(
    organization: Organization, why: dict[str, str], error: type[CannotArrange]
) -> None:
    """Raise `error` if the organization is closed or a text in `why` is not ""."""
    if not organization.is_open:
        raise error({NON_FIELD_ERRORS: _("It is closed already.")})
    if told := {field: text for field, text in why.items() if text}:
        raise error(told)


def _require_sound(organization: Organization, why: dict[str, str]) -> None:
    """Raise CannotArrange for violated field and database constraints, keyed by field."""
    told: dict[str, list[str]] = {field: [text] for field, text in why.items() if text}
    try:
        organization.clean_fields(exclude=["path", "search_name"])
    except ValidationError as error:
        for field, messages in error.message_dict.items():
            told.setdefault(field, []).extend(messages)
    same = Organization.objects.filter(code=organization.code).exclude(pk=organization.pk)
    if same.exists():
        told.setdefault("code", []).append(_("Another organization has this code."))
    for constraint in Organization._meta.constraints:
        field = FIELD_OF.get(constraint.name, NON_FIELD_ERRORS)
        if field in told:
            continue
        try:
            constraint.validate(Organization, organization)
        except ValidationError as error:
            told[field] = error.messages
    if told:
        raise CannotArrange(told)


def _why_not_under(kind: str, above: Organization) -> str:
    if not above.is_open:
        return _("%(organization)s is closed.") % {"organization": above.name}
    if above.kind not in ALLOWED_PARENTS.get(kind, ()):
        return _("An organization of this kind does not stand below %(organization)s.") % {
            "organization": above.name
        }
    return ""


def _why_not_there(organization: Organization) -> str:
    wanted, area = LEVEL_OF.get(organization.kind), organization.area
    if area is None or wanted in (None, area.level):
        return ""
    if wanted == Area.Level.DISTRICT and area.parent and area.parent.parent_id is None:
        # Without districts (since July 2025) a health centre is in a commune.
        return ""
    return _("%(area)s is not an area of the level of this organization.") % {
        "area": area.full_name
    }


def _why_not_moved(organization: Organization, above: Organization) -> str:
    if above.pk == organization.part_of_id:
        return _("It stands there already.")
    if above.path.startswith(organization.path):
        return _("An organization cannot be part of itself, or of what lies below it.")
    return _why_not_under(organization.kind, above)


def _why_it_stays(organization: Organization) -> str:
    if organization.kind in NEVER_CLOSED:
        return _("The ministry and the national hotline are not closed.")
    return ""


def _why_not_closed(organization: Organization) -> str:
    if open_parts(organization).exists():
        return _("It still has open parts. Move them first, or merge it with its parts.")
    return _why_it_stays(organization)


def _why_no_heir(organization: Organization, heir: Organization) -> str:
    if heir.pk == organization.pk:
        return _("An organization does not succeed itself.")
    if not heir.is_open:
        return _("%(organization)s is closed.") % {"organization": heir.name}
    if heir.kind in NEVER_CLOSED:
        return _("Neither the ministry nor the national hotline takes over another organization.")
    return ""


def _why_not_merged(organization: Organization, heir: Organization) -> str:
    if reason := _why_no_heir(organization, heir):
        return reason
    if heir.path.startswith(organization.path):
        return _("It cannot be merged into a part of itself.")
    kinds = set(open_parts(organization).order_by().values_list("kind", flat=True).distinct())
    if any(heir.kind not in ALLOWED_PARENTS[kind] for kind in kinds):
        return _("Its parts cannot stand below %(organization)s. Move them first.") % {
            "organization": heir.name
        }
    return ""


def _free_code(organization: Organization) -> str:
    """Return a code made of kind and area, with the next number if it is taken."""
    area = organization.area.code if organization.area else str(organization.part_of_id)
    stem = f"{CODES.get(organization.kind, 'CS')}-{area}"
    taken = set(Organization.objects.filter(code__startswith=stem).values_list("code", flat=True))
    # Kinds with one desk per area get the code without a number first; others start at 01.
    number = 1
    code = stem if organization.kind in LEVEL_OF else f"{stem}-01"
    while code in taken:
        number += 1
        code = f"{stem}-{number:02}"
    return code
