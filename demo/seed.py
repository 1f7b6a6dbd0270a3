"""Build the demo district once, and keep adding recent cases."""

import io
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.db.models.signals import post_save
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from certificates import countersigning, issuing
from citizens.models import Citizen
from corrections import outbox, sweep
from corrections.models import Clock, Correction, OutboxRow
from demo import country, earlier_months, people, stories, vaccinated
from doses import actions as dose_actions
from doses import sessions
from doses.models import Dose, Vaccine
from messaging.models import Message, State
from organizations.models import Area, Organization
from oversight import silence
from partners import registering
from partners.models import PartnerApp
from public_statistics import coverage, publish
from recording.site_days import stating
from reporting import daily_job
from vaxreg import db_time

# The client id of the example of a partner app; the launcher knows it too.
PARTNER = "example-partner-app"
# Seconds for messages about many cases that people's own acts left.
MOST_SECONDS = 20


def seed() -> str:
    """Build what is missing; return a sentence about what was done. Idempotent.

    What people did in the demo themselves stays as it is: their messages wait on.
    """
    begun = db_time.now()
    _do_what_was_left()
    # One transaction, because each commit waits for the disk.
    with override("vi"), _written_messages() as written, transaction.atomic():
        if not User.objects.filter(phone=people.LAN_PHONE).exists():
            cases = _begin()
            done = "built the demo district"
        elif not _has_current_cases():
            cases = _create_cases(people.staff(), only_open=True)
            done = "topped up the demo district with fresh cases"
        else:
            cases = []
            done = "the demo district is there"
        _do_errands_of(cases)
        _run_missed_sweeps()
        people.seen_lately()
        earlier_months.publish_earlier_months()
        _mark_as_sent(written, begun)
    _certify()
    _register_partner()
    daily_job.close_days()
    daily_job.refresh()
    publish.publish()
    coverage.publish()
    silence.refresh()
    return done


def _begin() -> list[Correction]:
    staff = people.staff()
    _families()
    _entered_twice()
    cases = _create_cases(staff, only_open=False)
    _sessions(staff)
    country.write_staff()
    country.write_other_provinces()
    vaccinated.vaccinate()
    return cases


def _certify() -> None:
    """Make the keys of this demo, once, and the certificates of everybody whose record is open."""
    if not settings.CERTIFICATE_KEYS:
        return
    call_command("certificate_keys", "make", stdout=io.StringIO())
    while issuing.make_wanted():
        pass
    countersigning.countersign_waiting()


def _register_partner() -> None:
    """Register the example of a partner app (launcher/partner_app.py) at the address of this start."""
    if not settings.DEMO_PARTNER_ADDRESS:
        return
    back = f"{settings.DEMO_PARTNER_ADDRESS}back"
    app = PartnerApp.objects.live().filter(client_id=PARTNER).first()
    if app is None:
        registering.register(
            name="Sức khỏe của tôi",
            run_by="Công ty mẫu Sức Khỏe Việt",
            contact_email="van-hanh@suckhoe.example.vn",
            scopes=["read", "file", "patient/Immunization.rs"],
            redirect_uris=[back],
            secret=settings.DEMO_PARTNER_SECRET,
            client_id=PARTNER,
        )
    else:
        registering.move(app, [back])


def _has_current_cases() -> bool:
    """Whether the demo still has cases that are in time and due soon."""
    return Correction.objects.in_time().count() >= 3 and Correction.objects.due_soon().exists()


def _families() -> None:
    """Create Lan with her doses and her daughter, and Bình."""
    buoi, quang_an = (
        Area.objects.current().get(full_name=name, path__startswith="01/003/")
        for name in ("Phường Bưởi", "Phường Quảng An")
    )
    site = people.in_ha_noi("Trạm Y tế Phường Bưởi")
    lan, person = people.citizen(
        "Nguyễn Thị Lan", date(1988, 3, 27), "female", people.LAN_PHONE, buoi, "001188012345"
    )
    az, pfizer = (Vaccine.objects.get(code=code) for code in ("AZ", "PF"))
    for ordinal, vaccine, day, lot in [
        (1, az, date(2021, 8, 29), "ABX4112"),
        (2, az, date(2021, 11, 21), "FG3527"),
    ]:
        _dose(person, vaccine, day, site, lot, ordinal)
    # A child, in whichever year the demo runs.
    born = date(db_time.now().year - 14, 9, 5)
    child = people.child_of(lan, "Lê Nguyễn Minh Anh", born, "female", buoi)
    _dose(child, pfizer, date(2021, 11, 30), site, "FK0112", 1)
    mother = people.mother_of(lan, "Phạm Thị Tươi", date(1952, 3, 8), buoi)
    _dose(mother, az, date(2021, 8, 29), site, "ABX4112", 1)
    _binh, neighbour = people.citizen(
        "Trần Văn Bình", date(1975, 1, 2), "male", people.BINH_PHONE, quang_an, "001075067890"
    )
    elsewhere = people.in_ha_noi("Trạm Y tế Phường Quảng An")
    _dose(neighbour, az, date(2021, 9, 10), elsewhere, "NCE0059", 1)


def _entered_twice() -> None:
    """Enter a dose of one person at two stations, a day apart: a pair for both to decide."""
    area = Area.objects.current().get(full_name="Phường Bưởi", path__startswith="01/003/")
    _user, person = people.citizen(
        "Đỗ Thị Hạnh", date(1969, 4, 2), "female", "+84901690402", area, "001169040213"
    )
    az = Vaccine.objects.get(code="AZ")
    for site, day, lot in [
        ("Trạm Y tế Phường Bưởi", date(2021, 9, 10), "NCE0059"),
        ("Trạm Y tế Phường Quảng An", date(2021, 9, 11), ""),
    ]:
        _dose(person, az, day, people.in_ha_noi(site), lot, 1)


def _sessions(staff: dict[str, User]) -> None:
    """Write down the lots of Phường Bưởi, a session that is counted, one of today, a deadline."""
    site = people.in_ha_noi("Trạm Y tế Phường Bưởi")
    nurse = staff["minh"]
    today = timezone.localdate(db_time.now())
    lots = [
        sessions.receive_lot(
            site,
            Vaccine.objects.get(code=code),
            number,
            received_on=today - timedelta(days=20),
            expires_on=today + timedelta(days=left),
            doses=doses,
            by=nurse,
        )
        for code, number, left, doses in [("PF", "FR7081", 70, 600), ("AZ", "NCE0071", 40, 200)]
    ]
    past = sessions.plan(
        site, today - timedelta(days=3), venue="Trường THCS Đông Thái", lots=lots[:1], by=nurse
    )
    sessions.close(past, given_doses=24)
    sessions.plan(site, today, venue="", lots=lots[:1], planned_doses=40, by=nurse)
    stating.state_given(site, date(2021, 8, 29), 60, by=nurse)
    # Dispatch 7229/BYT-VPB1: all that was given is to be entered by this day.
    due = date(2021, 9, 20)
    stating.set_deadline(
        due, due, "Công văn 7229/BYT-VPB1", binds=people.named("Bộ Y tế"), by=staff["an"]
    )


def _dose(
    person: Citizen, vaccine: Vaccine, day: date, site: Organization, lot: str, ordinal: int
) -> None:
    dose_actions.record(
        citizen=person,
        vaccine=vaccine,
        given_on=day,
        organization=site,
        lot=lot,
        ordinal=ordinal,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )


def _create_cases(staff: dict[str, User], *, only_open: bool) -> list[Correction]:
    """Create the cases of neighbours, the oldest first."""
    now = db_time.now()
    first = Correction.objects.count()
    chance = random.Random(first)  # noqa: S311 — stories, not secrets
    plan = []
    for site_name, open_now in stories.OPEN_NOW.items():
        site = people.in_ha_noi(site_name)
        told = list(open_now)
        if not only_open and site_name in stories.REVIEWERS:
            told += stories.decided_lately(site_name, chance)
        plan += [(story, site) for story in told]
    plan.sort(key=lambda told: -told[0].age)
    cases = []
    for number, (story, site) in enumerate(plan, start=first):
        user, person = people.neighbour(number, site)
        with db_time.at(now - stories.HOUR * story.age - timedelta(days=30)):
            doses = stories.with_doses(person, site, random.Random(number))  # noqa: S311
        case = stories.run_story(
            story,
            user=user,
            person=person,
            doses=doses,
            site=site,
            staff=staff,
            now=now,
            seed=number,
        )
        cases.append(case)
    return cases


def _run_missed_sweeps() -> None:
    """Run the sweep at every moment at which a milestone was due, as beat does every minute."""
    now = db_time.now()
    while True:
        waiting = Clock.objects.filter(
            stopped_at=None, next_milestone_at__lt=now - timedelta(minutes=1)
        )
        first = (
            waiting.order_by("next_milestone_at")
            .values_list("next_milestone_at", flat=True)
            .first()
        )
        if first is None:
            break
        with db_time.at(first + timedelta(seconds=40)):
            sweep.sweep()
    sweep.sweep()


def _do_what_was_left() -> None:
    """Do what people's own acts left in the outbox, now and not in the past of the stories."""
    outbox.do_undone()
    outbox.do_bundles(time.monotonic() + MOST_SECONDS)


def _do_errands_of(cases: list[Correction]) -> None:
    """Tell people what the stories' acts told them, each at its own time."""
    rows = OutboxRow.objects.filter(event__correction__in=cases, done_at=None, bundle="")
    for row in rows.order_by("created_at", "pk"):
        with db_time.at(row.created_at + outbox.HEAD_START):
            outbox.do(row.pk)


@contextmanager
def _written_messages() -> Iterator[list[int]]:
    """Yield a list into which the id of each message goes that this process writes in the block."""
    written: list[int] = []

    def remember(instance: Message, created: bool, **_signal: Any) -> None:
        if created:
            written.append(instance.pk)

    post_save.connect(remember, sender=Message)
    try:
        yield written
    finally:
        post_save.disconnect(remember, sender=Message)


def _mark_as_sent(written: list[int], begun: datetime) -> None:
    """Mark messages of the past as sent then: they must not go out now, days later.

    Only those that this process wrote itself, in the past: any other one waits as it did.
    """
    of_the_past = Message.objects.filter(pk__in=written, state=State.WAITING, created_at__lt=begun)
    of_the_past.update(state=State.SENT, sent_at=F("created_at"))


def logins() -> list[str]:
    """Return how the demo's people sign in, one line each, for the console."""
    lines = ["Người dân (số điện thoại, mã ở hộp thư demo):"]
    lines += ["  0912 345 678  Nguyễn Thị Lan, có con", "  0987 654 321  Trần Văn Bình"]
    lines += [f"Cán bộ (mật khẩu {people.PASSWORD}, mã thứ hai ở trang mã demo):"]
    lines += [
        f"  {member.key}@{people.DOMAIN:<16}  {member.name}, {member.organization or member.part}"
        for member in people.STAFF
        if member.key in {"minh", "tuan", "huong", "duc", "phuc", "an", "mai"}
    ]
    return lines
