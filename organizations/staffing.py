"""Acts on staff: invite, change role, suspend, reinstate, end; with permissions and history.

A membership is somebody's work at one organization in one role. Officers act in their sub-trees,
site leads on the reviewers of their own site; nobody acts on themselves, except to leave.
letters.py writes the messages to the person; administration/staff_changes.py releases the cases
that they hold, in the same transaction.
"""

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import identity, invitations, sessions
from accounts.models import User, VerifiedIdentity
from organizations import actions, letters
from organizations.journal import ImportRun, StaffEvent
from organizations.models import Membership, MembershipQuerySet, Organization
from vaxreg import db_time
from vaxreg.typed.birth_dates import BirthDate
from vaxreg.typed.names import clean_name

Kinds = Organization.Kind
Roles = Membership.Role
Act = StaffEvent.Act

OVERSEEING = (Kinds.MINISTRY, Kinds.PROVINCIAL_DEPARTMENT, Kinds.DISTRICT_CENTRE)
# Roles that a site lead may give and take.
GIVEN_BY_LEADS = frozenset({Roles.REVIEWER.value, Roles.HOTLINE.value})
LONGEST_REASON = 300


class Refused(Exception):
    """The act is not possible in the present state; nothing was stored."""


class AccountShut(Refused):
    """The account of this person is suspended, or was closed by an administrator."""


class WorksThere(Refused):
    """The person has this role here already, maybe suspended."""


class AlreadyHandled(Refused):
    """Somebody else acted first: it has ended, is suspended, or is not suspended any more."""


def roles_at(kind: str) -> tuple[str, ...]:
    """Return the roles for an organization of this kind, the most frequent first."""
    if kind == Kinds.HOTLINE:
        return (Roles.HOTLINE.value, Roles.LEAD.value)
    if kind in OVERSEEING:
        return (Roles.OFFICER.value, Roles.REVIEWER.value, Roles.LEAD.value)
    return (Roles.REVIEWER.value, Roles.LEAD.value)


def staffed_by(user: User) -> QuerySet[Organization]:
    """Return the organizations whose staff the user manages: sub-trees, or her own site."""
    return Organization.objects.within_reach(user, Roles.OFFICER, Roles.LEAD)


def roles_given_by(user: User, organization: Organization) -> tuple[str, ...]:
    """Return the roles that the user may give and take here; () if she manages no staff here."""
    possible = roles_at(organization.kind)
    if is_officer_of(user, organization):
        return possible
    leads = Membership.objects.live().of(user).in_roles([Roles.LEAD])
    if leads.filter(organization=organization).exists():
        return tuple(role for role in possible if role in GIVEN_BY_LEADS)
    return ()


def is_officer(user: User) -> bool:
    """Whether the user is a health officer at any organization."""
    return Membership.objects.live().of(user).in_roles([Roles.OFFICER]).exists()


def is_officer_of(user: User, organization: Organization) -> bool:
    """Whether the organization is in a sub-tree of which the user is an officer."""
    reach = Organization.objects.within_reach(user, Roles.OFFICER)
    return reach.filter(pk=organization.pk).exists()


def may_act_on(user: User, membership: Membership) -> bool:
    """Whether the user may suspend, end or change this membership of somebody else."""
    return membership.user_id != user.pk and may_take(user, membership)


def may_take(user: User, membership: Membership) -> bool:
    """Whether the user may take this role; officers may take any, also one unusual for the kind."""
    organization = membership.organization
    return is_officer_of(user, organization) or membership.role in roles_given_by(
        user, organization
    )


def may_end(user: User, membership: Membership) -> bool:
    """Whether the user may end this membership: their own, or one they may act on."""
    return membership.user_id == user.pk or may_act_on(user, membership)


def may_suspend_account(user: User, person: User) -> bool:
    """Whether all memberships of this person are in the sub-trees of which the user is officer."""
    standing = Membership.objects.standing().of(person)
    if person.pk == user.pk or not standing.exists():
        return False
    reach = Organization.objects.within_reach(user, Roles.OFFICER)
    return not standing.exclude(organization__in=reach.values("pk")).exists()


def latest_membership(person_id: UUID, organization: Organization, role: str) -> Membership | None:
    """Return the person's newest membership here in this role, ended or not."""
    return (
        Membership.objects.filter(organization=organization, user__public_id=person_id, role=role)
        .select_related("organization", "user")
        .order_by("-since", "-pk")
        .first()
    )


def has_ended(membership: Membership) -> bool:
    return not Membership.objects.standing().filter(pk=membership.pk).exists()


def memberships_of(user: User) -> MembershipQuerySet:
    """Return the memberships of a user that have not ended, the highest organization first."""
    works: MembershipQuerySet = (
        Membership.objects.standing()
        .of(user)
        .select_related("organization")
        .order_by("organization__path", "role")
    )
    return works


@transaction.atomic
def invite(
    *,
    email: str,
    full_name: str,
    id_number: str,
    date_of_birth: date | BirthDate,
    phone: str = "",
    organization: Organization,
    role: str,
    by: User,
) -> Membership:
    """Appoint a person, known or new, and write to them; a new one gets an invitation link.

    Number and date of birth stand on a paper that the inviter saw: the person may decide from the
    first day. The stored name of a known person is not changed. Raises PermissionDenied,
    WorksThere, AccountShut, identity.AnotherIdentity, identity.NumberTaken,
    actions.CannotAppoint (closed).
    """
    if role not in roles_given_by(by, organization):
        raise PermissionDenied
    user, is_new = find_or_make(email, full_name)
    if user.pk == by.pk:
        raise PermissionDenied
    refuse_appointment(user, organization, role)
    identity.confirm(user, id_number=id_number, date_of_birth=date_of_birth, phone=phone, by=by)
    return give_role(user, organization, role, by=by, is_new=is_new)


def refuse_appointment(user: User, organization: Organization, role: str) -> None:
    """Raises AccountShut, WorksThere."""
    if not user.is_active or user.suspended_at is not None:
        raise AccountShut
    if memberships_of(user).filter(organization=organization, role=role).exists():
        raise WorksThere


def give_role(
    user: User,
    organization: Organization,
    role: str,
    *,
    by: User | None,
    is_new: bool,
    reason: str = "",
) -> Membership:
    """Give one person a role: with the event and the letter. Raises actions.CannotAppoint.

    The caller has checked rights, and `refuse_appointment`.
    """
    membership = actions.appoint(user, organization, role, by=by)
    record_event(Act.INVITED if is_new else Act.APPOINTED, membership, by=by, reason=reason)
    letters.welcome(membership, by=by)
    return membership


def find_or_make(email: str, full_name: str) -> tuple[User, bool]:
    """Return the user with this e-mail address, locked, or create one without a password."""
    address = email.strip().lower()
    made, is_new = User.objects.get_or_create(
        email=address, defaults={"full_name": clean_name(full_name), "password": "!"}
    )
    if is_new:
        made.set_unusable_password()
        made.save(update_fields=["password"])
    return User.objects.select_for_update(of=("self",)).get(pk=made.pk), is_new


@transaction.atomic
def invite_again(person: User, *, by: User) -> None:
    """Send a new link to somebody who has never signed in; the older one ends.

    Raises PermissionDenied; AlreadyHandled when no link is needed or no membership is left.
    """
    reach = staffed_by(by)
    works = memberships_of(person).filter(organization__in=reach.values("pk"))
    membership = next((one for one in works if may_act_on(by, one)), None)
    if membership is None:
        raise PermissionDenied
    try:
        letters.link(membership, by=by)
    except invitations.CannotInvite:
        raise AlreadyHandled from None
    record_event(Act.INVITED_AGAIN, membership, by=by)


def may_verify(user: User, person: User) -> bool:
    """Whether the user may say who this person is: somebody else, whose work she looks after."""
    return any(may_act_on(user, one) for one in memberships_of(person))


@transaction.atomic
def verify_identity(
    person: User,
    *,
    id_number: str,
    date_of_birth: date | BirthDate,
    phone: str,
    reason: str,
    by: User,
) -> None:
    """Store who a member of staff is, by a paper that `by` saw.

    reason: why it differs from what was verified before; "" for the first time. The history says
    that it was done, without the number. Raises PermissionDenied, identity.NumberTaken.
    """
    if not may_verify(by, person):
        raise PermissionDenied
    store_identity(
        person,
        id_number=id_number,
        date_of_birth=date_of_birth,
        phone=phone,
        proven_by=VerifiedIdentity.Proof.PAPER,
        reason=reason,
        by=by,
    )


def store_identity(
    person: User,
    *,
    id_number: str,
    date_of_birth: date | BirthDate,
    phone: str,
    proven_by: VerifiedIdentity.Proof,
    reason: str,
    by: User | None,
) -> None:
    """Store who somebody is, with the event if it says something new; the caller checks rights.

    Raises identity.NumberTaken.
    """
    known = identity.identity_of(person)
    fresh = identity.verify(
        person,
        id_number=id_number,
        date_of_birth=date_of_birth,
        phone=phone,
        proven_by=proven_by,
        by=by,
    )
    if known is None or fresh.pk != known.pk:
        StaffEvent.objects.create(
            user=person,
            act=Act.IDENTITY_VERIFIED,
            reason=reason.strip()[:LONGEST_REASON],
            at=db_time.now(),
            by=by,
        )


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: User) -> Membership:
    """Replace the role of a membership from now on.

    Raises PermissionDenied, AlreadyHandled; WorksThere when the person has the new role already.
    """
    held = lock(membership)
    if not may_act_on(by, held) or role not in roles_given_by(by, held.organization):
        raise PermissionDenied
    if held.suspended_at is not None or held.role == role:
        raise AlreadyHandled
    if memberships_of(held.user).filter(organization=held.organization, role=role).exists():
        raise WorksThere
    _end(held, by=by)
    fresh = actions.appoint(held.user, held.organization, role, by=by)
    record_event(Act.ROLE_CHANGED, fresh, by=by, role_before=held.role)
    letters.role_changed(fresh)
    return fresh


@transaction.atomic
def suspend(membership: Membership, *, by: User, reason: str) -> Membership:
    """Withdraw the rights of one membership from the next request on, until it is reinstated.

    Raises PermissionDenied, AlreadyHandled.
    """
    held = lock(membership)
    if not may_act_on(by, held):
        raise PermissionDenied
    if held.suspended_at is not None:
        raise AlreadyHandled
    held.suspended_at = db_time.now()
    held.save(update_fields=["suspended_at"])
    record_event(Act.SUSPENDED, held, by=by, reason=reason)
    letters.suspended(held)
    return held


@transaction.atomic
def reinstate(membership: Membership, *, by: User) -> Membership:
    """Return the rights of a membership. Raises PermissionDenied, AlreadyHandled, AccountShut."""
    held = lock(membership)
    if not may_act_on(by, held):
        raise PermissionDenied
    if held.suspended_at is None:
        raise AlreadyHandled
    if held.user.suspended_at is not None:
        raise AccountShut
    held.suspended_at = None
    held.save(update_fields=["suspended_at"])
    record_event(Act.REINSTATED, held, by=by)
    letters.reinstated(held)
    return held


@transaction.atomic
def end(membership: Membership, *, by: User, reason: str) -> Membership:
    """End a membership for good. Raises PermissionDenied, AlreadyHandled."""
    held = lock(membership)
    if not may_end(by, held):
        raise PermissionDenied
    return end_for_good(held, by=by, reason=reason)


def end_for_good(held: Membership, *, by: User | None, reason: str) -> Membership:
    """End a locked membership, with the event and the letter; the caller has checked rights."""
    _end(held, by=by)
    record_event(Act.ENDED, held, by=by, reason=reason)
    if not memberships_of(held.user).exists():
        invitations.revoke(held.user)
    if by is None or held.user_id != by.pk:
        letters.ended(held)
    return held


@transaction.atomic
def suspend_account(person: User, *, by: User, reason: str) -> list[Membership]:
    """Suspend a person's staff sign-in and all their memberships, at once.

    Their own vaccination record stays accessible. Raises PermissionDenied, AlreadyHandled.
    """
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not may_suspend_account(by, person):
        raise PermissionDenied
    if person.suspended_at is not None:
        raise AlreadyHandled
    person.suspended_at = db_time.now()
    person.save(update_fields=["suspended_at"])
    works = list(memberships_of(person).filter(suspended_at=None))
    _set_suspended(works, person.suspended_at)
    invitations.revoke(person)
    StaffEvent.objects.create(
        user=person, act=Act.ACCOUNT_SUSPENDED, reason=reason, at=person.suspended_at, by=by
    )
    letters.account_suspended(person)
    return works


@transaction.atomic
def reinstate_account(person: User, *, by: User) -> None:
    """Reinstate the staff sign-in and the memberships that were suspended with the account.

    Raises PermissionDenied, AlreadyHandled.
    """
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if not may_suspend_account(by, person):
        raise PermissionDenied
    if person.suspended_at is None:
        raise AlreadyHandled
    works = list(memberships_of(person).filter(suspended_at=person.suspended_at))
    person.suspended_at = None
    person.save(update_fields=["suspended_at"])
    # A session that somebody else left open with this account must not become valid again.
    sessions.end_all(person)
    _set_suspended(works, None)
    StaffEvent.objects.create(
        user=person, act=Act.ACCOUNT_REINSTATED, reason="", at=db_time.now(), by=by
    )
    letters.account_reinstated(person)


def record_event(
    act: StaffEvent.Act,
    membership: Membership,
    *,
    by: User | None,
    role_before: str = "",
    reason: str = "",
) -> StaffEvent:
    """Store an act about a membership."""
    return StaffEvent.objects.create(
        **event_values(act, membership, by=by, at=db_time.now()),
        role_before=role_before,
        reason=reason.strip()[:LONGEST_REASON],
    )


def event_values(
    act: StaffEvent.Act,
    membership: Membership,
    *,
    by: User | None,
    at: datetime,
    import_run: ImportRun | None = None,
) -> dict[str, object]:
    """Return the fields that all acts about a membership have, for one row or many."""
    return {
        "user_id": membership.user_id,
        "act": act,
        "organization_id": membership.organization_id,
        "role": membership.role,
        "at": at,
        "by": by,
        "import_run": import_run,
    }


def seen_by(user: User) -> QuerySet[User]:
    """Return all users who work, or worked, at an organization whose staff the user manages."""
    worked = Membership.objects.filter(
        user=OuterRef("pk"), organization__in=staffed_by(user).values("pk")
    )
    people: QuerySet[User] = User.objects.filter(Exists(worked))
    return people


def lock(membership: Membership) -> Membership:
    """Return the current row, locked. Raises AlreadyHandled if it has ended."""
    now = db_time.now()
    held = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("organization", "user")
        .filter(Q(until=None) | Q(until__gt=now), pk=membership.pk)
        .first()
    )
    if held is None:
        raise AlreadyHandled
    return held


def _end(held: Membership, *, by: User | None) -> None:
    now = db_time.now()
    held.until, held.ended_by, held.suspended_at = max(now, held.since), by, None
    held.save(update_fields=["until", "ended_by", "suspended_at"])


def _set_suspended(works: "list[Membership]", moment: datetime | None) -> None:
    Membership.objects.filter(pk__in=[one.pk for one in works]).update(suspended_at=moment)
    for one in works:
        one.suspended_at = moment
