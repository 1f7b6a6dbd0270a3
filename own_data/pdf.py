"""The PDF of one's own record: to read, to have read aloud, to print, to hand in."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citizens.models import IdentityDocument, RecordLink, RecordVisit, Sex
from corrections.lifecycle import STATUS_LABELS, Status
from corrections.models import Kind
from doses.facts import Position
from doses.models import Dose
from vaxreg import ui
from vaxreg.papers.sheet import Sheet
from vaxreg.typed import countries
from vaxreg.typed.birth_dates import BirthDate

# The newest readings of a record that are printed; the JSON has all.
MOST_VISITS = 60


def written(values: Mapping[str, Any]) -> bytes:
    """Return the PDF of what `collecting.everything` returned, in the reader's language."""
    sheet = Sheet(_("My data in Sổ Tiêm"), language=get_language() or "vi")
    sheet.set_creation_date(values["made_at"])
    for record in values["records"]:
        sheet.add_page()
        _record(sheet, record, values["made_at"])
    return bytes(sheet.output())


def _record(sheet: Sheet, record: Mapping[str, Any], made_at: datetime) -> None:
    person = record["person"]
    sheet.heading(str(person["full_name"]), level=0)
    made = _("A copy of what Sổ Tiêm holds about this person, made at %(time)s.")
    sheet.text_line(made % {"time": ui.minute(made_at)}, grey=True)
    if not record["numbers_in_full"]:
        sheet.text_line(
            _(
                "ID numbers are masked: this account has proven phone, name and date of birth, but not"
                " the number."
            ),
            grey=True,
        )
    sheet.heading(_("Personal details"))
    _facts(sheet, person)
    for spell in record["restricted"]:
        sheet.fact(_("Used for less since"), _shown(spell["since"]))
        sheet.fact(_("Until"), _shown(spell["until"]))
    _documents(sheet, record["documents"])
    _doses(sheet, record["doses"])
    _proposals(sheet, record["proposals"])
    _changes(sheet, record["history_of_person"])
    _readers(sheet, record)


def _facts(sheet: Sheet, person: Mapping[str, Any]) -> None:
    abroad = person["nationality"] != countries.VIET_NAM
    for label, value in (
        (_("Full name"), person["full_name"]),
        (_("Date of birth"), _shown(person["date_of_birth"])),
        (_("Sex"), str(Sex(person["sex"]).label)),
        (_("ID number"), person["id_number"]),
        (_("Nationality"), countries.name_of(person["nationality"]) if abroad else ""),
        (_("Phone number"), ui.phone(person["phone"]) if person["phone"] else ""),
        (_("Workplace"), person["workplace"]),
        (_("Area"), person["area"]),
    ):
        sheet.fact(label, value)


def _documents(sheet: Sheet, documents: Iterable[Mapping[str, Any]]) -> None:
    sheet.heading(_("Identity documents"))
    empty = True
    for one in documents:
        empty = False
        kind = str(IdentityDocument.Kind(one["kind"]).label)
        state = _("Taken back") if one["withdrawn_at"] else ""
        sheet.text_line(" · ".join(filter(None, (kind, one["number"], state))))
    if empty:
        sheet.text_line("–")


def _doses(sheet: Sheet, doses: Iterable[Mapping[str, Any]]) -> None:
    sheet.heading(_("Doses"))
    empty = True
    for dose in doses:
        empty = False
        sheet.text_line(_dose_in_words(dose), bold=True)
        if dose["status"] != Dose.Status.COMPLETED:
            sheet.text_line(str(Dose.Status(dose["status"]).label))
        sheet.text_line(str(Dose.Provenance(dose["provenance"]).label), grey=True)
        for one in dose["revisions"]:
            what = _("Recorded") if one["revision"] == 1 else _("Changed")
            words = [what, _shown(one["at"]), one["by"], one["proposal"], one["why"]]
            sheet.text_line("– " + " · ".join(filter(None, words)), grey=True)
            if one["revision"] < len(dose["revisions"]):
                sheet.text_line("   " + _dose_in_words(one), grey=True)
        sheet.ln(1.5)
    if empty:
        sheet.text_line(_("No dose is recorded."))


def _dose_in_words(facts: Mapping[str, Any]) -> str:
    position = str(Position(f"{facts['kind']}-{facts['ordinal']}").label)
    lot = _("lot %(lot)s") % {"lot": facts["lot"]} if facts["lot"] else ""
    day = ui.day(facts["given_on"])
    return " · ".join(filter(None, (position, facts["vaccine"], day, facts["organization"], lot)))


def _proposals(sheet: Sheet, proposals: Iterable[Mapping[str, Any]]) -> None:
    sheet.heading(_("Proposals"))
    empty = True
    for case in proposals:
        empty = False
        status = str(STATUS_LABELS[Status(case["status"])])
        kind = str(Kind(case["kind"]).label)
        sheet.text_line(f"{case['reference']} · {kind} · {status}", bold=True)
        sheet.fact(_("Your words"), case["your_words"])
        for photo in case["photos"]:
            gone = photo["deleted_at"]
            words = (
                _("Photo of %(day)s, deleted on %(gone)s by the rule")
                % {"day": ui.day(photo["uploaded_at"]), "gone": ui.day(gone)}
                if gone
                else _("Photo of %(day)s, shown on the page of the proposal")
                % {"day": ui.day(photo["uploaded_at"])}
            )
            sheet.text_line(words, grey=True)
        for line in case["events"]:
            said = " ".join(map(str, line["details"]))
            words = " · ".join(filter(None, (_shown(line["at"]), line["who"], line["what"], said)))
            sheet.text_line("– " + words, grey=True)
        sheet.ln(1.5)
    if empty:
        sheet.text_line(_("No proposal was made."))


def _changes(sheet: Sheet, revisions: list[Mapping[str, Any]]) -> None:
    if len(revisions) < 2:
        return
    sheet.heading(_("Earlier personal details"))
    for one in revisions:
        facts = (one["full_name"], _shown(one["date_of_birth"]), one["id_number"], one["area"])
        sheet.text_line(f"– {_shown(one['at'])}: " + " · ".join(filter(None, (*facts, one["why"]))))


def _readers(sheet: Sheet, record: Mapping[str, Any]) -> None:
    sheet.heading(_("Who can open this record"))
    for link in record["who_may_open_it"]:
        proof = str(RecordLink.Proof(link["proven_by"]).label)
        spell = " – ".join(filter(None, (_shown(link["since"]), _shown(link["until"]))))
        sheet.text_line(f"– {_who(link['who'])} · {proof} · {spell}")
    sheet.heading(_("Who looked at it"))
    visits = record["who_looked"]
    for visit in visits[:MOST_VISITS]:
        why = str(RecordVisit.Why(visit["why"]).label)
        what = " · ".join(filter(None, (why, visit["reference"], visit["reason"])))
        sheet.text_line(f"– {_shown(visit['at'])} · {_who(visit['who'])} · {what}")
    if len(visits) > MOST_VISITS:
        sheet.text_line(_("Earlier ones are in the copy for programs (JSON)."), grey=True)


def _who(who: str) -> str:
    return {"you": _("You"), "health staff": _("Health staff")}.get(who, who)


def _shown(value: datetime | date | BirthDate | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return ui.minute(value)
    if isinstance(value, BirthDate):
        return ui.day(value.first) if value.is_whole else ui.date_in_words(value)
    return ui.day(value)
