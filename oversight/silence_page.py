"""The page of silent organizations: why each one is listed, and what an officer can do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from corrections import access
from corrections.routing.desks import stand_ins
from organizations.models import Membership, Organization
from organizations.scope import Scope
from oversight import silence
from oversight.models import ContactReveal, Silence
from oversight.silence import Flag, Reason
from vaxreg import paging, ui
from vaxreg.spreadsheets.writing import Cell

if TYPE_CHECKING:
    from accounts.models import User

FIRST_OF_EACH = 10
PAGE = 50
# The worst first: organizations that cannot receive, then those that do not answer.
ORDER = tuple(Reason)
CANNOT_RECEIVE = (Reason.CLOSED, Reason.NO_REVIEWER, Reason.NOT_INVITED)


@dataclass(frozen=True)
class SilenceStep:
    """Something that an officer can do now about a silent organization.

    why: the step is a press that sends this reason (ContactReveal.Why) to `href`; "": a link.
    """

    label: str
    href: str
    icon: str
    why: str = ""


@dataclass(frozen=True)
class SilentOrganization:
    """One organization with one reason; receives: who gets its cases while it cannot."""

    organization: Organization
    flag: Flag
    sentence: str
    steps: list[SilenceStep]
    receives: Organization | None = None

    @property
    def title(self) -> str:
        """The reason, as the heading of its section."""
        return title(self.flag.reason)

    @property
    def is_passed_by(self) -> bool:
        """New cases do not go to it."""
        return self.flag.reason in CANNOT_RECEIVE


@dataclass(frozen=True)
class Section:
    """The rows of one reason, or one page of them; after: the marker of the next page."""

    reason: Reason
    title: str
    text: str
    count: int
    lines: list[SilentOrganization]
    after: str = ""

    @property
    def is_cut(self) -> bool:
        """There are more rows than are shown."""
        return self.count > len(self.lines)


@dataclass(frozen=True)
class SilencePage:
    """The sections that have rows; at: when they were counted."""

    at: datetime | None
    is_stale: bool
    organizations: int
    sections: list[Section]


def page(
    scope: Scope, user: "User", now: datetime, only: Reason | None = None, after: str = ""
) -> SilencePage:
    """Return the page: the first rows of every reason, or 50 of one reason."""
    size = PAGE if only else FIRST_OF_EACH
    flags = _reader(scope, now)
    summary = silence.summary(scope, now)
    found = {
        reason: flags(reason, after if only else "", size + 1)
        for reason in ORDER
        if summary.counts.get(reason) and only in (None, reason)
    }
    shown = {reason: some[:size] for reason, some in found.items()}
    lines = _lines([flag for some in shown.values() for flag in some], user)
    return SilencePage(
        summary.at,
        summary.is_stale(now),
        summary.organizations,
        [
            Section(
                reason,
                title(reason),
                explanation(reason),
                summary.counts[reason],
                lines[reason],
                mark(shown[reason][-1]) if only and len(found[reason]) > size else "",
            )
            for reason in found
            if lines.get(reason)
        ],
    )


def of_site(organization: Organization, user: "User", now: datetime) -> list[SilentOrganization]:
    """Return why one organization is silent now."""
    found = silence.find(Q(pk=organization.pk), now)
    lines = _lines(found, user)
    return [line for reason in ORDER for line in lines.get(reason, [])]


def steps_of(lines: Sequence[SilentOrganization]) -> list[SilenceStep]:
    """Return the possible steps for an organization, each once, whatever the reasons are."""
    found: dict[str, SilenceStep] = {}
    for line in lines:
        for step in line.steps:
            found.setdefault(step.href, step)
    return list(found.values())


def mark(flag: Flag) -> str:
    """Return the marker of a row; the next page begins after it."""
    return f"{flag.cases}.{flag.organization_id}"


def _read_mark(after: str) -> tuple[int, int] | None:
    cases, _dot, organization = after.partition(".")
    return (int(cases), int(organization)) if cases.isdigit() and organization.isdigit() else None


def _reader(scope: Scope, now: datetime) -> Callable[[Reason, str, int], list[Flag]]:
    """Return a function that reads flags of one reason, those with most cases first."""
    if not silence.is_live(scope):
        return lambda reason, after, size: _kept(scope, reason, _read_mark(after), size)
    found = sorted(
        silence.find(silence.within(scope), now),
        key=lambda flag: (-flag.cases, flag.organization_id),
    )

    def live(reason: Reason, after: str, size: int) -> list[Flag]:
        end = _read_mark(after)
        return [
            flag
            for flag in found
            if flag.reason == reason
            and (end is None or (-flag.cases, flag.organization_id) > (-end[0], end[1]))
        ][:size]

    return live


def _kept(scope: Scope, reason: Reason, end: tuple[int, int] | None, size: int) -> list[Flag]:
    rows = silence.kept_flags(scope).filter(reason=reason)
    return [flag_of(row) for row in paging.following(rows, silence.WORST_FIRST, end)[:size]]


def flag_of(row: Silence) -> Flag:
    """Return a row of the table as a Flag, as a live query would return it."""
    return Flag(row.organization_id, Reason(row.reason), row.since, row.cases)


def _lines(flags: Sequence[Flag], user: "User") -> dict[Reason, list[SilentOrganization]]:
    known = Organization.objects.select_related("part_of").in_bulk(
        {flag.organization_id for flag in flags}
    )
    idle = [known[one.organization_id] for one in flags if one.reason in CANNOT_RECEIVE]
    receivers = stand_ins(idle) if idle else {}
    own = set(
        Membership.objects.live()
        .of(user)
        .in_roles(access.READING_ROLES)
        .values_list("organization", flat=True)
    )
    lines: dict[Reason, list[SilentOrganization]] = {}
    for flag in flags:
        organization = known[flag.organization_id]
        lines.setdefault(flag.reason, []).append(
            SilentOrganization(
                organization,
                flag,
                sentence(flag),
                steps(organization, flag, is_own=organization.pk in own),
                receivers.get(organization.pk),
            )
        )
    return lines


def title(reason: Reason) -> str:
    return {
        Reason.CLOSED: _("Closed, with cases still on the desk"),
        Reason.NO_REVIEWER: _("Nobody there decides"),
        Reason.NO_DECISION: _("No decision for three days"),
        Reason.UNREAD: _("Cases that nobody has opened"),
        Reason.NO_SIGN_IN: _("Nobody signed in for a week"),
        Reason.BOUNCING: _("E-mail does not arrive"),
        Reason.NOT_INVITED: _("Not invited yet"),
    }[reason]


def explanation(reason: Reason) -> str:
    """Return the meaning of a reason, with its time limit."""
    return {
        Reason.CLOSED: _(
            "New cases go to the successor or to the next level up; these stay until somebody "
            "gives them away."
        ),
        Reason.NO_REVIEWER: _(
            "No active person with the right to decide. New cases go to the next level up at once."
        ),
        Reason.NO_DECISION: _(
            "A case lies there since more than three days, or a deadline was missed in these days,"
            " and nothing was decided."
        ),
        Reason.UNREAD: _(
            "A case waits since more than 24 hours, nobody of the site has opened it, and nobody"
            " has opened any other."
        ),
        Reason.NO_SIGN_IN: _(
            "Nobody of those who decide there has signed in for seven days. A case that came now"
            " would not be seen."
        ),
        Reason.BOUNCING: _(
            "E-mail to somebody who works there was returned within seven days, and none has"
            " arrived since: reminders are not read."
        ),
        Reason.NOT_INVITED: _(
            "Nobody was ever invited to work there, so it is not counted as silent. New cases go to"
            " the next level up at once."
        ),
    }[reason]


def sentence(flag: Flag) -> str:
    """Return why one organization is listed, and since when."""
    when = {"day": ui.when(flag.since)} if flag.since else None
    if flag.reason == Reason.NO_SIGN_IN:
        return _("Last sign-in: %(day)s") % when if when else _("Nobody has ever signed in")
    if flag.reason == Reason.NO_DECISION:
        return _("Last decision: %(day)s") % when if when else _("Nothing was ever decided there")
    if flag.reason == Reason.UNREAD:
        return _("The oldest was received: %(day)s") % when if when else ""
    if flag.reason == Reason.BOUNCING:
        return _("Since: %(day)s") % when if when else ""
    if flag.reason == Reason.NOT_INVITED:
        return _("Nobody was ever appointed")
    return _("The last one left: %(day)s") % when if when else _("Nobody decides there yet")


def steps(organization: Organization, flag: Flag, *, is_own: bool) -> list[SilenceStep]:
    """Return what can be done now, the most useful step first."""
    people = SilenceStep(_("Appoint a reviewer"), _at("people", organization), "user-plus")
    invite = SilenceStep(_("Invite somebody"), _at("people", organization), "user-plus")
    address = SilenceStep(_("Check the addresses"), _at("people", organization), "mail")
    if is_own:
        if flag.reason in (Reason.NO_DECISION, Reason.UNREAD):
            return [SilenceStep(_("Open your own queue"), reverse("queue"), "arrow-right")]
        return [address] if flag.reason == Reason.BOUNCING else []
    call = SilenceStep(
        _("Show the phone number"),
        _at("oversight-phone", organization),
        "phone",
        why=ContactReveal.Why.SILENCE.value,
    )
    note = SilenceStep(
        _("Write a note"), _at("oversight-note-site", organization), "message-circle"
    )
    give = SilenceStep(
        _("Give its cases away"), _at("oversight-give", organization), "arrow-right-left"
    )
    oldest = SilenceStep(
        _("Decide in its place"),
        f"{_at('oversight-site', organization)}?tab=overdue#cases",
        "gavel",
    )
    wanted = {
        Reason.CLOSED: [give],
        Reason.NO_REVIEWER: [people, give, call],
        Reason.NO_DECISION: [call, note, give, oldest],
        Reason.UNREAD: [call, note, give],
        Reason.NO_SIGN_IN: [call, note, give],
        Reason.BOUNCING: [call, address],
        Reason.NOT_INVITED: [invite, call],
    }[flag.reason]
    possible = wanted if organization.phone else [step for step in wanted if step is not call]
    return possible if flag.cases else [step for step in possible if step not in (give, oldest)]


def _at(name: str, organization: Organization) -> str:
    return reverse(name, args=[organization.public_id])


def csv_header() -> list[str]:
    """Return the column titles of the export, in the order of csv_rows."""
    return [
        _("Code"),
        _("Organization"),
        _("Part of"),
        _("Reason"),
        _("Last sign of life"),
        _("Open cases"),
        _("New cases go to"),
        _("E-mail"),
    ]


def csv_rows(scope: Scope, user: "User", now: datetime) -> Iterator[list[Cell]]:
    """Yield one row per organization and reason, as the page lists them."""
    if silence.is_live(scope):
        flags = silence.find(silence.within(scope), now)
    else:
        flags = [flag_of(row) for row in silence.kept_flags(scope)]
    lines = _lines(sorted(flags, key=lambda flag: (-flag.cases, flag.organization_id)), user)
    for reason in ORDER:
        for line in lines.get(reason, []):
            one = line.organization
            yield [
                one.code,
                one.name,
                one.part_of.name if one.part_of else "",
                title(reason),
                timezone.localtime(line.flag.since) if line.flag.since else None,
                line.flag.cases,
                line.receives.name if line.receives else "",
                one.email,
            ]
