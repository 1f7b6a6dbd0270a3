"""Queries for the pages of staff: who works where, state of their accounts, acts about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import identity, invitations
from accounts.models import Invitation, User, VerifiedIdentity
from organizations import staffing
from organizations.journal import StaffEvent
from organizations.models import MOST_WORDS, Membership, Organization
from organizations.search import nearest_name
from vaxreg import db_time, paging, ui
from vaxreg.paging import Key, Page
from vaxreg.search import search_key_of, search_words
from vaxreg.uuids import with_public_id

PAGE_SIZE = 50
MOST_ORGANIZATIONS = 8
Act = StaffEvent.Act
STATES = ("", "unverified", "never", "suspended")


@dataclass(frozen=True)
class StaffPerson:
    """A member of staff in a list; `works` contains only memberships within the reader's reach."""

    user: User
    works: list[Membership]
    invitation: Invitation | None
    link_expired: bool
    is_verified: bool

    @property
    def never_came(self) -> bool:
        """Never signed in since the invitation or appointment."""
        return self.user.last_login is None


def page(
    reach: QuerySet[Organization], *, words: str = "", state: str = "", after: str = ""
) -> Page[StaffPerson]:
    """Return who works in these organizations, by name; the number of queries is constant.

    words: parts of the name or the e-mail address. state: "never" (never signed in),
    "unverified" (identity not verified) or "suspended".
    after: the public id of the last row of the page before; an unknown one gives the first page.
    """
    works = Membership.objects.standing().filter(organization__in=reach.values("pk"))
    here = works.filter(user=OuterRef("pk"))
    users = User.objects.annotate(key=search_key_of("full_name"))
    found = users.filter(Exists(here))
    for word in search_words(words, most=MOST_WORDS):
        found = found.filter(Q(key__contains=word) | Q(email__contains=word))
    if state == "unverified":
        found = found.filter(identity.unverified())
    elif state == "never":
        found = found.filter(last_login=None)
    elif state == "suspended":
        found = found.filter(
            Q(suspended_at__isnull=False) | Exists(here.filter(suspended_at__isnull=False))
        )

    def key_of_user(public_id: str) -> Key | None:
        known = with_public_id(users, public_id)
        return known.values_list("key", "pk").first()

    leaf = paging.page(
        found,
        ("key", "pk"),
        {"after": after},
        size=PAGE_SIZE,
        key_of=key_of_user,
        mark_of=lambda user: str(user.public_id),
    )
    return Page(_people(leaf.rows, works), leaf.before, leaf.after, leaf.is_first)


def _people(users: Sequence[User], works: QuerySet[Membership]) -> list[StaffPerson]:
    mine: dict[int, list[Membership]] = {user.pk: [] for user in users}
    rows = works.filter(user__in=users).select_related("organization")
    for one in rows.order_by("organization__path", "role"):
        mine[one.user_id].append(one)
    links = latest_links(users)
    unknown = User.objects.filter(identity.unverified(), pk__in=[user.pk for user in users])
    unverified = set(unknown.values_list("pk", flat=True))
    now = db_time.now()
    return [
        person_of(
            user, mine[user.pk], links.get(user.pk), now, is_verified=user.pk not in unverified
        )
        for user in users
    ]


def count_unverified(reach: QuerySet[Organization]) -> int:
    """Return how many people who work in these organizations may not decide: not verified."""
    works = Membership.objects.standing().filter(organization__in=reach.values("pk"))
    return User.objects.filter(
        identity.unverified(), Exists(works.filter(user=OuterRef("pk")))
    ).count()


def person_of(
    user: User,
    works: list[Membership],
    invitation: Invitation | None,
    now: datetime,
    *,
    is_verified: bool,
) -> StaffPerson:
    """Return the row of a user for a list."""
    expired = invitation is not None and invitation.used_at is None and invitation.expires_at <= now
    return StaffPerson(user, works, invitation, expired, is_verified)


def latest_links(users: Sequence[User]) -> dict[int, Invitation]:
    """Return the newest invitation of each of these users, by id."""
    newest = Invitation.objects.filter(user__in=users).order_by("user", "-made_at", "-pk")
    return {one.user_id: one for one in newest.distinct("user")}


def organizations_named(reach: QuerySet[Organization], words: str) -> list[Organization]:
    """Return open organizations of the reach with these words in the name; none without words."""
    if not words.strip():
        return []
    return list(reach.open().named(words).order_by(*nearest_name(words))[:MOST_ORGANIZATIONS])  # type: ignore[attr-defined]


@dataclass(frozen=True)
class MembershipRow:
    """A membership on the page of a person, with what the reader may do about it."""

    membership: Membership
    may_change: bool
    may_end: bool

    @property
    def is_suspended(self) -> bool:
        return self.membership.suspended_at is not None


@dataclass(frozen=True)
class ActEntry:
    """One act in the history of a person, as text."""

    title: str
    who: str
    at: datetime
    reason: str
    is_bad: bool


@dataclass(frozen=True)
class PersonPage:
    """The content of the page of a person."""

    person: StaffPerson
    works: list[MembershipRow]
    # Work outside of the reader's reach: how much, never where.
    elsewhere: int
    may_suspend_account: bool
    may_invite: bool
    identity: VerifiedIdentity | None
    may_verify: bool
    happenings: list[ActEntry]


def person_page(user: User, *, reader: User) -> PersonPage:
    """Return the content of the page of a person, for a reader who looks after staff."""
    reach = set(
        staffing.staffed_by(reader)
        .filter(pk__in=Membership.objects.filter(user=user).values("organization"))
        .values_list("pk", flat=True)
    )
    standing = list(staffing.memberships_of(user))
    mine = [one for one in standing if one.organization_id in reach]
    works = [
        MembershipRow(one, staffing.may_act_on(reader, one), staffing.may_end(reader, one))
        for one in mine
    ]
    link = latest_links([user]).get(user.pk)
    known = identity.identity_of(user)
    return PersonPage(
        person=person_of(user, mine, link, db_time.now(), is_verified=known is not None),
        works=works,
        elsewhere=len(standing) - len(mine),
        may_suspend_account=staffing.may_suspend_account(reader, user),
        may_invite=invitations.may_need_link(user)
        and user.is_active
        and user.suspended_at is None
        and any(work.may_change for work in works),
        identity=known,
        may_verify=staffing.may_verify(reader, user),
        happenings=history(user, reach),
    )


def history(user: User, reach: set[int]) -> list[ActEntry]:
    """Return the acts about somebody's work within the reach, the newest first.

    Closings of organizations leave no act, nor did the commands of older versions: for those the
    memberships are read.
    """
    events = [
        one
        for one in StaffEvent.objects.filter(user=user).select_related("organization", "by")
        if one.organization_id is None or one.organization_id in reach
    ]
    told = {(one.act, one.organization_id, one.role): one for one in events}
    rows = [*map(_told, events)]
    spans = Membership.objects.filter(user=user, organization__in=reach)
    begun = (Act.INVITED, Act.APPOINTED, Act.ROLE_CHANGED)
    changed = {(one.organization_id, one.role_before) for one in events}
    for one in spans.select_related("organization", "appointed_by", "ended_by"):
        place = (one.organization_id, one.role)
        if not any((act, *place) in told for act in begun):
            rows.append(_happening(Act.APPOINTED, one, one.since, one.appointed_by))
        if one.until is not None and (Act.ENDED, *place) not in told and place not in changed:
            rows.append(_happening(Act.ENDED, one, one.until, one.ended_by))
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _told(event: StaffEvent) -> ActEntry:
    values = {
        "organization": event.organization.name if event.organization else "",
        "role": _role(event.role),
        "before": _role(event.role_before),
    }
    return ActEntry(
        title=_sentences()[event.act] % values,
        who=_who(event.by),
        at=event.at,
        reason=event.reason_shown,
        is_bad=event.act in (Act.SUSPENDED, Act.ENDED, Act.ACCOUNT_SUSPENDED),
    )


def _happening(
    act: StaffEvent.Act, membership: Membership, at: datetime, by: User | None
) -> ActEntry:
    values = {"organization": membership.organization.name, "role": _role(membership.role)}
    return ActEntry(_sentences()[act] % values, _who(by), at, "", act == Act.ENDED)


def _sentences() -> Mapping[str, str]:
    return {
        Act.INVITED: _("Invited to %(organization)s as %(role)s"),
        Act.INVITED_AGAIN: _("Invitation to %(organization)s sent again"),
        Act.APPOINTED: _("Appointed at %(organization)s as %(role)s"),
        Act.ROLE_CHANGED: _("%(role)s instead of %(before)s at %(organization)s"),
        Act.SUSPENDED: _("Suspended at %(organization)s (%(role)s)"),
        Act.REINSTATED: _("Reinstated at %(organization)s (%(role)s)"),
        Act.ENDED: _("Work at %(organization)s ended (%(role)s)"),
        Act.ACCOUNT_SUSPENDED: _("Account suspended"),
        Act.ACCOUNT_REINSTATED: _("Account open again"),
        Act.IDENTITY_VERIFIED: _("Identity verified by a paper"),
    }


def _role(role: str) -> str:
    return str(Membership.Role(role).label) if role else ""


def _who(by: User | None) -> str:
    return by.full_name or str(by.email) if by else _("The system")


def choices_of(roles: Sequence[str]) -> list[tuple[str, Any]]:
    """Return form choices of roles, each with what it may do."""
    says = {
        "reviewer": _("Reviews the cases of this organization and decides."),
        "lead": _("Reviews as well, and looks after the reviewers."),
        "officer": _("Sees what is overdue in the whole area below, acts on it, appoints staff."),
        "hotline": _("Answers the national phone, files for callers, decides nothing."),
    }
    return [(role, ui.choice(_role(role), says[role])) for role in roles]
