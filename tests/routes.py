"""The routes that the product answers, as Django resolves them, and how tests get to each."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from unittest.mock import patch

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import SessionKind
from certificates import countersigning, issuing, sharing
from certificates.keys import private
from certificates.keys.private import Signer
from certificates.models import Certificate, Role, Share
from corrections.models import Correction
from corrections.notices import message_key
from counter.reports.models import ReportFile
from doses import sessions
from doses.models import Dose, VaccinationSession
from hotline import callbacks, search
from hotline.models import BestTime
from messaging.models import Message
from organizations.imports import running
from organizations.journal import ImportRun
from oversight.back_entry import broadcasts
from oversight.back_entry.broadcasts import Letter
from oversight.back_entry.models import Broadcast
from own_data import requests
from recording.due import fold as due_fold
from recording.imports.models import DoseImport
from recording.models import Deadline, NextDose
from recording.site_days import fold, stating
from review import notes
from review.many_doses import choosing
from review.many_doses import running as many_doses
from review.many_doses.choosing import Choice
from review.models import ManyChange
from tests.access_matrix import CITIZENS
from tests.conftest import signed_in
from tests.counter import people as counter
from tests.counter.reports import scene as reports
from tests.organizations.sheets import xlsx
from tests.recording.imports import sheets as dose_sheets
from tests.world import World


def routes(resolver: URLResolver | None = None, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name, with its namespaces, and the whole pattern of every route."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            space = f"{entry.namespace}:" if entry.namespace else name
            for route, pattern in routes(entry, space):
                yield route, str(entry.pattern) + pattern
        else:
            assert isinstance(entry, URLPattern)
            yield f"{name}{entry.name}", str(entry.pattern)


PATTERNS = dict(routes())


def address(pattern: str, case: Correction, world: World) -> str:
    """Fill a pattern in with Lan's case."""
    values = {
        "reference": case.reference,
        "record": str(case.citizen.public_id),
        "key": f"dose-{case.dose.public_id}" if case.dose else "",
        "public_id": str(world.buoi.public_id),
        "step": "note",
        "token": "unknown",
        "which": "paper",
        "pair": "1",
        "part": "organizations",
        "ending": "csv",
        "person": str(world.user("minh").public_id),
        "role": "reviewer",
        "audience": "officers",
        "issue": "no_session",
        "dose": str(case.dose.public_id) if case.dose else "",
        "version": "1",
        # Nothing of theirs is there: who may is decided before.
        "message": str(case.citizen.public_id),
        "app": str(case.citizen.public_id),
    }
    if "organizations/import/<" in pattern:
        values["public_id"] = str(imported_by_huong(world).public_id)
    if "recording/imports/<" in pattern:
        values["public_id"] = str(doses_sent_by_minh(world).public_id)
    if "back-entry/letters/<" in pattern:
        values["public_id"] = str(letter_of_huong(world).public_id)
    if "back-entry/deadlines/<" in pattern:
        values["public_id"] = str(deadline(world).public_id)
    if "recording/faults/" in pattern:
        fold.update_sums()
    if "recording/due/" in pattern:
        due_fold.update()
        first = NextDose.objects.filter(citizen=case.citizen).first()
        values["due"] = str(first.pk) if first else "1"
    if pattern.startswith("messages/"):
        lan = world.user("lan")
        told = Message.objects.create(user=lan, in_inbox=True, channel="sms", recipient=lan.phone)
        values["key"] = str(told.key)
    if pattern.startswith("fhir/Provenance/<"):
        values["key"] = f"{values['dose']}-1"
    if "hotline/check/" in pattern:
        values["public_id"] = str(case.citizen.public_id)
    if "hotline/calls/" in pattern:
        values["public_id"] = str(
            search.begin_with_new(case.citizen, by=world.user("mai")).public_id
        )
    if "hotline/calls/" in pattern and "messages/" in pattern:
        told = Message.objects.create(
            channel="sms", recipient="+84912345678", dedupe_key=message_key(case.events.first().pk)
        )
        values["key"] = str(told.key)
    if "hotline/callbacks/<" in pattern:
        mai = world.user("mai")
        asked = callbacks.note(case.citizen, case.citizen.phone, BestTime.ANY, by=mai)
        values["public_id"] = str(callbacks.claim(asked, by=mai).public_id)
    if "data-requests/<" in pattern:
        words = {"kind": "objection", "what": "Không", "why": "Không"}
        made = requests.file(case.citizen, **words, by=world.user("lan"))
        values["public_id"] = str(made.public_id)
    if "review/notes/" in pattern:
        note = notes.write_note(world.buoi, by=world.user("huong"), text="Xin gọi cho tôi.")
        values["public_id"] = str(note.public_id)
    if "recording/sessions/" in pattern or "recording/lots/" in pattern:
        values |= {
            "public_id": str(session_of_buoi(world).public_id),
            "person": str(case.citizen.public_id),
            "lot": "1",
        }
    if pattern.startswith("counter/"):
        values["person"] = str(case.citizen.public_id)
        if "letters/<" in pattern:
            values["reference"] = counter.answered(world).reference
        elif "receipts/" in pattern:
            values["public_id"] = str(counter.filed_by_minh(world).public_id)
        elif "reports/<" in pattern:
            values["public_id"] = str(reports_sent_by_minh(world).public_id)
    if case.dose and ("record/doses/" in pattern or "review/doses/<" in pattern):
        values["public_id"] = str(case.dose.public_id)
    if "certificates/shared/" in pattern and case.dose:
        values["share"] = str(shared_by_lan(case.dose, world).public_id)
    elif "/certificates/<" in pattern and case.dose:
        values["form"] = "a4"
        values["public_id"] = str(certified(case.dose).public_id)
    if "review/doses/many/<" in pattern:
        values["public_id"] = str(begun_by_minh(case, world).public_id)
    values["change"] = values["public_id"]
    if "filed/" in pattern:
        values["public_id"] = str(case.filing.public_id)
    if "evidence/" in pattern:
        values["public_id"] = str(case.filing.evidence.get().public_id)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], pattern)


def imported_by_huong(world: World) -> ImportRun:
    """A file with one new nurse, looked at by Hương and not imported."""
    row = ["Vũ Thị Mới", "moi@example.vn", world.buoi.code, "Reviewer"]
    return running.begin(xlsx(staff=[row]), "a.xlsx", by=world.user("huong"))


def shared_by_lan(dose: Dose, world: World) -> Share:
    """A link to the certificate of her dose, for a day."""
    made, _link = sharing.share(certified(dose), lasting="day", by=world.user("lan"))
    return made


def certified(dose: Dose) -> Certificate:
    """The certificate of a dose, by keys that are nowhere else."""
    keys = {role: private.make(role, timedelta(days=730)) for role in (Role.SITE, Role.CENTRE)}
    signers = {role: Signer(private.register(key), key) for role, key in keys.items()}
    with patch.object(issuing, "signer", signers.__getitem__):
        (made,) = issuing.issue_for(dose.citizen)
    with patch.object(countersigning, "signer", signers.__getitem__):
        countersigning.countersign_waiting()
    return made


def doses_sent_by_minh(world: World) -> DoseImport:
    """A file with one dose, looked at by Minh and not written."""
    return dose_sheets.check(dose_sheets.send(world, [dose_sheets.row()]))


def reports_sent_by_minh(world: World) -> ReportFile:
    """A file with one report of somebody unknown, looked at by Minh and not recorded."""
    unknown = reports.row(name="Vũ Văn Lạ", born="21/02/1950", id_number="001050009999")
    sent = reports.send(world, [unknown], office=world.buoi, who="minh")
    return reports.check(sent)


def deadline(world: World) -> Deadline:
    """The deadline of dispatch 7229, for the whole country."""
    day = date(2021, 9, 20)
    return stating.set_deadline(
        day, day, "7229/BYT-VPB1", binds=world.ministry, by=world.user("huong")
    )


def letter_of_huong(world: World) -> Broadcast:
    """A letter to the sites of Tây Hồ that have said nothing."""
    letter = Letter(deadline(world), world.tay_ho, 90, uncounted=True)
    return broadcasts.send(letter, "Xin nhập cho xong.", by=world.user("huong"))


def begun_by_minh(case: Correction, world: World) -> ManyChange:
    """A change of the lot of the doses of that day, checked and not done."""
    choice = Choice(world.buoi, day=case.dose.given_on if case.dose else None)
    right = {"lot": "FG3527"}
    found = choosing.find(choice)
    made = many_doses.begin(choice, found, right, why="Sai lô", by=world.user("minh"))
    many_doses.work(made.pk)
    return made


def session_of_buoi(world: World) -> VaccinationSession:
    """A vaccination session of Phường Bưởi."""
    return sessions.plan(world.buoi, timezone.localdate(), by=world.user("minh"))


def client_of(actor: str, world: World) -> Client:
    if actor == "nobody":
        return Client()
    kind = SessionKind.CITIZEN if actor in CITIZENS else SessionKind.STAFF
    return signed_in(world.user(actor), kind)


def in_a_call(client: Client, where: str, case: Correction) -> None:
    """Let the session have found the caller and passed the check, whoever's it is."""
    session = client.session
    session["hotline.found"] = [[case.citizen_id], False, ""]
    session["hotline.call"] = where.split("/")[3] if "/calls/" in where else ""
    session.save()
