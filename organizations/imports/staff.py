"""Check the rows of staff: new accounts, further memberships, changed roles."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from accounts.models import User
from organizations.imports import columns, identities
from organizations.imports.identities import Identities, identities_of
from organizations.imports.reading import SheetRow
from organizations.imports.record import Record
from organizations.imports.sites import Sites, find_code
from organizations.imports.verdicts import (
    JudgedRow,
    RowVerdict,
    among,
    looks_like_formula,
    seen_in,
)
from organizations.models import Membership
from organizations.staffing import roles_at
from vaxreg.search import search_key
from vaxreg.typed.names import checked_name

Roles = Membership.Role
LONGEST_EMAIL = 254


@dataclass
class People:
    """The rows of staff while they are checked."""

    record: Record
    sites: Sites
    # Roles that the file gives a person at an organization: none of them replaces another.
    wanted: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    lines: dict[tuple[str, str, str], int] = field(default_factory=dict)
    # New people by e-mail address: their name, and the first row that has it.
    names: dict[str, tuple[str, int]] = field(default_factory=dict)
    identities: Identities = field(default_factory=lambda: Identities({}))


def judge(rows: list[SheetRow], sites: Sites) -> list[JudgedRow]:
    known = list(sites.record.users.values())
    people = People(sites.record, sites, identities=identities_of(rows, known))
    judged = [
        JudgedRow(columns.STAFF, row.line, row.get("email").lower(), row.get("name"))
        for row in rows
    ]
    placed = [_place(row, one, people) for row, one in zip(rows, judged, strict=True)]
    for row, one, place in zip(rows, judged, placed, strict=True):
        if not one.is_refused:
            _judge(row, one, *place, people)
    return judged


def _place(row: SheetRow, judged: JudgedRow, people: People) -> tuple[str, str]:
    """Find organization and role of a row; all rows are collected before any is checked."""
    if judged.refuse_old_fonts(row):
        return "", ""
    kind, code = _organization(row, judged, people)
    typed = row.get("role")
    role = columns.role_of(typed)
    possible = roles_at(kind) if kind else tuple(Roles.values)
    if not role or role not in possible:
        labels = [str(Roles(one).label) for one in possible]
        judged.refuse(
            (
                _("“%(typed)s” is no role here. It is one of: %(roles)s.")
                if typed
                else _("The role is missing. It is one of: %(roles)s.")
            )
            % {"typed": typed[:60], "roles": among(labels)}
        )
    _check_email(judged)
    if not judged.is_refused:
        people.wanted.setdefault((judged.key, code), set()).add(role)
    return code, role


def _organization(row: SheetRow, judged: JudgedRow, people: People) -> tuple[str, str]:
    """Return (kind, code) of the organization; kind is "" if nobody can work there."""
    typed, record = row.get("organization"), people.record
    if not typed:
        judged.refuse(_("The code of the organization is missing."))
        return "", ""
    code = find_code(typed, row.forms.get("organization", ""), record, judged)
    if judged.is_refused:
        return "", ""
    known = record.organizations.get(code)
    if known is None:
        if code in people.sites.opened:
            return people.sites.opened[code], code
        if code in people.sites.lines:
            judged.refuse(
                _("The organization stands in row %(row)s of the sites, which is left out.")
                % {"row": people.sites.lines[code]}
            )
        else:
            judged.refuse(_("There is no organization with the code %(code)s.") % {"code": code})
        return "", code
    if not record.reaches(known):
        judged.refuse(_("This code belongs to an organization outside of your area."))
    elif not known.is_open:
        judged.refuse(_("This organization is closed."))
    return known.kind, code


def _judge(row: SheetRow, judged: JudgedRow, code: str, role: str, people: People) -> None:
    place = (judged.key, code, role)
    if place in people.lines:
        judged.refuse(seen_in(people.lines[place]))
        return
    people.lines[place] = judged.line
    user = people.record.users.get(judged.key)
    if user is None:
        _judge_new(judged, people)
    else:
        _judge_known(judged, user, code, role, people)
    if not judged.is_refused and (user is None or user.pk != people.record.by.pk):
        identities.judge(row, judged, user, people.identities)
    if judged.is_refused or judged.verdict == RowVerdict.SAME:
        return
    judged.plan |= {
        "email": judged.key,
        "organization": code,
        "role": role,
        "user": user.pk if user else None,
        "name": judged.name if user is None else "",
    }
    judged.says.insert(0, _("%(role)s at %(code)s") % {"role": Roles(role).label, "code": code})


def _judge_new(judged: JudgedRow, people: People) -> None:
    name = judged.name
    if not name:
        judged.refuse(_("The name is missing."))
    elif looks_like_formula(name):
        judged.refuse(_("A name does not begin with = + - or @."))
    else:
        try:
            name = judged.name = checked_name(name)
        except ValidationError as wrong:
            judged.refuse(wrong.messages[0])
    first, line = people.names.setdefault(judged.key, (name, judged.line))
    if first != name:
        judged.refuse(
            _("Row %(row)s has another name for this address: %(name)s.")
            % {"row": line, "name": first[:60]}
        )
    if not judged.is_refused:
        judged.verdict = RowVerdict.NEW
        judged.says.append(_("A new account; the invitation is sent by e-mail."))


def _judge_known(judged: JudgedRow, user: User, code: str, role: str, people: People) -> None:
    record = people.record
    if judged.name and search_key(judged.name) != search_key(user.full_name):
        judged.says.append(
            _("On record under the name %(name)s, which stays.") % {"name": user.full_name or "–"}
        )
    judged.name = user.full_name or judged.name
    organization = record.organizations.get(code)
    held = record.works.get((user.pk, organization.pk), []) if organization else []
    same = next((one for one in held if one.role == role), None)
    if same is not None:
        judged.plan["stays"] = same.pk
        if same.suspended_at is not None:
            judged.says.append(_("Suspended here; the file does not change that."))
        return
    if user.pk == record.by.pk:
        judged.refuse(_("This is you. Somebody else appoints you."))
    elif user.suspended_at is not None or not user.is_active:
        judged.refuse(_("The account with this address is suspended."))
    wanted = people.wanted[judged.key, code]
    # A single new role replaces the roles that the person has and that the file does not name.
    fresh = wanted - {one.role for one in held}
    replaced = [one for one in held if one.role not in wanted] if len(fresh) == 1 else []
    if any(one.role == Roles.OFFICER for one in replaced):
        judged.refuse(_("A health officer’s role is changed on the page of the person."))
    elif any(one.suspended_at is not None for one in replaced):
        judged.refuse(_("Suspended here; reinstate or end it on the page of the person first."))
    if judged.is_refused:
        return
    judged.verdict = RowVerdict.CHANGED if replaced else RowVerdict.NEW
    judged.plan["ends"] = [one.pk for one in replaced]
    if replaced:
        labels = [str(Roles(one.role).label) for one in replaced]
        judged.says.append(_("instead of: %(roles)s") % {"roles": among(labels)})


def _check_email(judged: JudgedRow) -> None:
    if not judged.key:
        judged.refuse(_("The e-mail address is missing."))
        return
    try:
        validate_email(judged.key[: LONGEST_EMAIL + 1])
    except ValidationError:
        judged.refuse(_("This is no e-mail address: %(email)s") % {"email": judged.key[:60]})
