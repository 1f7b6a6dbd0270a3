"""Check the rows of sites by the rules of the tree; reasons are texts for the row."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from organizations.imports import columns
from organizations.imports.reading import SheetRow
from organizations.imports.record import Record, area_codes
from organizations.imports.verdicts import (
    JudgedRow,
    RowVerdict,
    among,
    bare,
    looks_like_formula,
    seen_in,
)
from organizations.models import Area, Organization
from organizations.queries import AREA_DESKS
from organizations.tree import ALLOWED_PARENTS, LEVEL_OF
from vaxreg.spreadsheets.reading import DATE, NUMBER
from vaxreg.typed.phones import of_today

Kinds = Organization.Kind
CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,31}$")
PHONE = re.compile(r"^[0-9+ ().,/;-]{3,32}$")
# A parent's kind always comes before the kinds of its parts.
RANK = (
    Kinds.MINISTRY,
    Kinds.HOTLINE,
    Kinds.PROVINCIAL_DEPARTMENT,
    Kinds.DISTRICT_CENTRE,
    Kinds.COMMUNE_STATION,
    Kinds.HOSPITAL,
    Kinds.SITE,
)
LONGEST_NAME = 160
LONGEST_EMAIL = 254


@dataclass
class Sites:
    """The rows of sites while they are checked."""

    record: Record
    rows: list[tuple[SheetRow, JudgedRow]] = field(default_factory=list)
    # Codes of the sites that this file opens, with their kind; without refused ones.
    opened: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    desks: dict[tuple[int, str], int] = field(default_factory=dict)


def judge(rows: list[SheetRow], record: Record) -> tuple[list[JudgedRow], Sites]:
    """Check every row; return the rows, and the new sites for the check of staff."""
    sites = Sites(record)
    for row in rows:
        judged = JudgedRow(columns.SITES, row.line, row.get("code"), row.get("name"))
        sites.rows.append((row, judged))
    by_rank = sorted(sites.rows, key=lambda pair: _rank(pair[0], record))
    for row, judged in by_rank:
        _judge(row, judged, sites)
    return [judged for _row, judged in sites.rows], sites


def find_code(text: str, form: str, record: Record, judged: JudgedRow) -> str:
    """Return the code on record for a cell, with lost leading zeros if only one code fits.

    Refuses the row and returns "" when Excel has made a date of the cell or several codes fit.
    """
    if form == DATE:
        judged.refuse(
            _("Excel has made a date of the code. Format the column as text and type it again.")
        )
        return ""
    for code in (text, text.upper()):
        if code in record.organizations:
            return code
    fits = record.bare_codes.get(bare(text), []) if text.isascii() and text.isdigit() else []
    if len(fits) == 1:
        judged.says.append(
            _("Zeros were missing in front of %(typed)s: taken as %(code)s.")
            % {"typed": text, "code": fits[0]}
        )
        return fits[0]
    if fits:
        judged.refuse(
            _("%(typed)s may be one of these codes: %(codes)s. Format the column as text.")
            % {"typed": text, "codes": among(sorted(fits))}
        )
        return ""
    return text


def _judge(row: SheetRow, judged: JudgedRow, sites: Sites) -> None:
    if not row.get("code"):
        judged.refuse(_("The code is missing."))
        return
    code = find_code(row.get("code"), row.forms.get("code", ""), sites.record, judged)
    if judged.is_refused:
        return
    judged.key = code
    if code in sites.lines:
        judged.refuse(seen_in(sites.lines[code]))
        return
    sites.lines[code] = judged.line
    if judged.refuse_old_fonts(row):
        return
    known = sites.record.organizations.get(code)
    if known is None:
        _judge_new(row, judged, sites)
    else:
        _judge_known(row, judged, known, sites)


def _judge_new(row: SheetRow, judged: JudgedRow, sites: Sites) -> None:
    code, record = judged.key, sites.record
    if row.forms.get("code") == NUMBER:
        judged.refuse(
            _(
                "Excel has made a number of the code, zeros in front may be lost. Format the column"
                " as text and type it again."
            )
        )
    elif not CODE.match(code):
        judged.refuse(_("A code has letters, digits and . _ / - only, 32 at most."))
    kind = columns.kind_of(row.get("kind"))
    if not kind or kind in (Kinds.MINISTRY, Kinds.HOTLINE):
        judged.refuse(_unknown_kind(row.get("kind")))
        return
    _check_name(row.get("name"), judged)
    above = _above(row, kind, judged, sites)
    area = _area(row, kind, judged, record, _path_around(above, record))
    plan = {
        "code": code,
        "name": row.get("name"),
        "kind": kind,
        "parent": above,
        "area": area.pk if area else None,
        **_contacts(row, judged),
    }
    _take_desk(kind, area, judged, sites)
    if not judged.is_refused:
        judged.verdict, judged.plan = RowVerdict.NEW, plan
        judged.says.insert(
            0,
            _("%(kind)s, below %(above)s") % {"kind": Kinds(kind).label, "above": above},
        )
        sites.opened[code] = kind


def _judge_known(row: SheetRow, judged: JudgedRow, known: Organization, sites: Sites) -> None:
    if not known.is_open:
        judged.refuse(_("This organization is closed."))
    elif not sites.record.reaches(known):
        judged.refuse(_("This code belongs to an organization outside of your area."))
    if judged.is_refused:
        return
    judged.name = row.get("name") or known.name
    _check_place(row, judged, known, sites.record)
    changes: dict[str, list[Any]] = {}
    if row.get("name"):
        _check_name(row.get("name"), judged)
        _compare(changes, "name", known.name, row.get("name"))
    contacts = _contacts(row, judged)
    if contacts["phone"] and _digits(contacts["phone"]) != _digits(known.phone):
        _compare(changes, "phone", known.phone, contacts["phone"])
    if contacts["email"] and contacts["email"].lower() != known.email.lower():
        _compare(changes, "email", known.email, contacts["email"])
    area = _area(row, known.kind, judged, sites.record, sites.record.path_above(known))
    if area is not None and area.pk != known.area_id:
        changes["area"] = [known.area_id, area.pk]
        judged.says.append(_told("area", sites.record.area_name(known), area.full_name))
        _take_desk(known.kind, area, judged, sites)
    if not judged.is_refused and changes:
        judged.verdict = RowVerdict.CHANGED
        judged.plan = {"id": known.pk, "changes": changes}
        for name in ("name", "phone", "email"):
            if name in changes:
                judged.says.append(_told(name, *changes[name]))


def _check_place(row: SheetRow, judged: JudgedRow, known: Organization, record: Record) -> None:
    """Refuse a change of kind or parent: both would move the work of people."""
    kind = columns.kind_of(row.get("kind"))
    if row.get("kind") and kind != known.kind:
        judged.refuse(
            _("On record it is: %(kind)s. A file does not change the kind.")
            % {"kind": Kinds(known.kind).label}
        )
    if not row.get("parent"):
        return
    parent = find_code(row.get("parent"), row.forms.get("parent", ""), record, judged)
    on_record = record.code_above(known)
    if not judged.is_refused and parent != on_record:
        judged.refuse(
            _("It stands below %(above)s. Moving it is done on its own page, with a preview.")
            % {"above": on_record or "–"}
        )


def _above(row: SheetRow, kind: str, judged: JudgedRow, sites: Sites) -> str:
    """Return the parent's code for a new organization; refuses the row if it cannot be used."""
    if not row.get("parent"):
        judged.refuse(_("The code of the next level up is missing."))
        return ""
    code = find_code(row.get("parent"), row.forms.get("parent", ""), sites.record, judged)
    known = sites.record.organizations.get(code)
    if known is None:
        if code in sites.opened:
            _check_under(kind, sites.opened[code], code, judged)
        elif code in sites.lines:
            judged.refuse(
                _("The next level up stands in row %(row)s, which is left out.")
                % {"row": sites.lines[code]}
            )
        elif not judged.is_refused:
            judged.refuse(_("There is no organization with the code %(code)s.") % {"code": code})
    elif not sites.record.reaches(known):
        judged.refuse(_("The next level up, %(code)s, is outside of your area.") % {"code": code})
    elif not known.is_open:
        judged.refuse(_("The next level up, %(code)s, is closed.") % {"code": code})
    else:
        _check_under(kind, known.kind, code, judged)
    return code


def _check_under(kind: str, above: str, code: str, judged: JudgedRow) -> None:
    if above not in ALLOWED_PARENTS.get(kind, ()):
        judged.refuse(
            _("%(kind)s: this kind does not stand below %(above)s (%(code)s).")
            % {"kind": Kinds(kind).label, "above": Kinds(above).label, "code": code}
        )


def _path_around(code: str, record: Record) -> str:
    known = record.organizations.get(code)
    return record.path_of_area(known) if known else ""


def _area(row: SheetRow, kind: str, judged: JudgedRow, record: Record, around: str) -> Area | None:
    """Return the area of a code; where zeros may be missing, the one that fits the kind."""
    text = row.get("area")
    wanted = LEVEL_OF.get(kind)
    if not text:
        if wanted and not row_is_known(row, record):
            judged.refuse(_("An organization of this kind needs its area code."))
        return None
    if row.forms.get("area") == DATE:
        judged.refuse(
            _(
                "Excel has made a date of the area code. Format the column as text and type it again."
            )
        )
        return None
    exact = record.areas.get(text) if row.forms.get("area") != NUMBER else None
    if exact is not None and wanted in (None, exact.level):
        return exact
    fits = [record.areas[code] for code in area_codes(text) if code in record.areas]
    if wanted:
        fits = [area for area in fits if area.level == wanted]
    if len(fits) > 1 and around:
        fits = [area for area in fits if area.path.startswith(around)] or fits
    if len(fits) == 1:
        if fits[0].code != text:
            judged.says.append(
                _("Zeros were missing in front of %(typed)s: taken as %(code)s.")
                % {"typed": text, "code": f"{fits[0].code} ({fits[0].full_name})"}
            )
        return fits[0]
    if fits:
        names = [f"{area.code} ({area.full_name})" for area in fits]
        judged.refuse(
            _("%(typed)s may be one of these areas: %(areas)s. Format the column as text.")
            % {"typed": text, "areas": among(names)}
        )
    elif exact is not None:
        judged.refuse(
            _("%(area)s is not an area of the level of this organization.")
            % {"area": exact.full_name}
        )
    else:
        judged.refuse(_("There is no area with the code %(code)s.") % {"code": text})
    return None


def row_is_known(row: SheetRow, record: Record) -> bool:
    """Whether the row names an existing organization, which keeps its area if none is given."""
    text = row.get("code")
    return (
        text in record.organizations
        or text.upper() in record.organizations
        or (text.isascii() and text.isdigit() and bool(record.bare_codes.get(bare(text))))
    )


def _take_desk(kind: str, area: Area | None, judged: JudgedRow, sites: Sites) -> None:
    """Refuse a second open desk of the same kind in an area, on record or in the file."""
    if area is None or kind not in AREA_DESKS or judged.is_refused:
        return
    place = (area.pk, kind)
    if place in sites.record.desks:
        judged.refuse(_("This area has an open organization of this kind already."))
    elif place in sites.desks:
        judged.refuse(
            _("Row %(row)s opens an organization of this kind for the same area.")
            % {"row": sites.desks[place]}
        )
    else:
        sites.desks[place] = judged.line


def _check_name(name: str, judged: JudgedRow) -> None:
    if not name:
        judged.refuse(_("The name is missing."))
    elif len(name) > LONGEST_NAME:
        judged.refuse(_("The name has more than %(most)s characters.") % {"most": LONGEST_NAME})
    elif looks_like_formula(name):
        judged.refuse(_("A name does not begin with = + - or @."))


def _contacts(row: SheetRow, judged: JudgedRow) -> dict[str, str]:
    phone, email = row.get("phone"), row.get("email")
    digits = phone if row.forms.get("phone") == NUMBER else ""
    if digits and len(digits) in (9, 10) and digits[0] != "0":
        phone = f"0{digits}"
        judged.says.append(
            _("Phone: a 0 was missing in front, taken as %(phone)s.") % {"phone": phone}
        )
    phone = of_today(phone)
    if phone and not PHONE.match(phone):
        judged.refuse(_("This is no phone number: %(phone)s") % {"phone": phone[:60]})
    if email:
        try:
            validate_email(email[: LONGEST_EMAIL + 1])
        except ValidationError:
            judged.refuse(_("This is no e-mail address: %(email)s") % {"email": email[:60]})
    return {"phone": phone, "email": email}


def _compare(changes: dict[str, list[Any]], name: str, old: str, new: str) -> None:
    if old != new:
        changes[name] = [old, new]


def _told(name: str, old: str, new: str) -> str:
    labels = {"name": _("Name"), "phone": _("Phone"), "email": _("E-mail"), "area": _("Area")}
    return _("%(what)s: %(new)s instead of %(old)s") % {
        "what": labels[name],
        "new": new,
        "old": old or "–",
    }


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)


def _unknown_kind(typed: str) -> str:
    known = [str(kind.label) for kind in RANK[2:]]
    if not typed:
        return _("The kind is missing. It is one of: %(kinds)s.") % {"kinds": among(known)}
    return _(
        "“%(typed)s” is no kind of organization that can be opened here. It is one of: %(kinds)s."
    ) % {
        "typed": typed[:60],
        "kinds": among(known),
    }


def _rank(row: SheetRow, record: Record) -> int:
    kind = columns.kind_of(row.get("kind"))
    return RANK.index(Kinds(kind)) if kind else len(RANK)
