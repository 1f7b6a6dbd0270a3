"""The steps of an import: read the file, show what each row will do, write on confirmation."""

import secrets
from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User, VerifiedIdentity
from background import counting
from organizations import tree
from organizations.acts import Act
from organizations.imports import columns, reading, record, sites, staff
from organizations.imports.verdicts import JudgedRow, Judgement, RowVerdict
from organizations.journal import ImportRun, StaffEvent
from organizations.models import Membership, Organization
from organizations.staffing import event_values
from vaxreg import db_time
from vaxreg.celery import hint
from vaxreg.search import search_key
from vaxreg.typed.birth_dates import BirthDate

# How long the rows of a file are kept, imported or not.
KEPT = timedelta(days=7)
BATCH = 2_000
DETAILS = ("name", "phone", "email", "area_id", "search_name")


class Stale(Exception):
    """The database has changed since the rows were shown: they must be shown again."""


class DoneAlready(Exception):
    """The file was imported already, or its rows have been deleted."""


class BeingDone(Exception):
    """Another process has begun to import the file; or it died in it a moment ago."""


class SetAside(Exception):
    """Processes died in this import again and again: it is not tried any more."""


FILE = counting.register(
    counting.Work("organizations.import", "imports of sites and staff", lambda key: f"file {key}")
)


def begin(data: bytes, name: str, *, by: User) -> ImportRun:
    """Read a file and store its rows. Raises archive.Unreadable."""
    content = reading.read(data, name)
    return ImportRun.objects.create(
        file_name=name[-120:], content=content.as_json(), made_by=by, made_at=db_time.now()
    )


def judge(run: ImportRun) -> Judgement:
    """Compare every row with the database; nothing is written."""
    content = reading.from_json(run.content)
    known = record.record_of(content, run.made_by)
    sites_rows = content.tables.get(columns.SITES, [])
    staff_rows = content.tables.get(columns.STAFF, [])
    judged, opened = sites.judge(sites_rows, known)
    judged += staff.judge(staff_rows, opened)
    for row, one in zip([*sites_rows, *staff_rows], judged, strict=True):
        if row.is_hidden:
            one.tell_hidden()
    return Judgement(judged, content.hidden_columns)


def do(run: ImportRun, *, digest: str) -> Judgement:
    """Write exactly what was shown with this digest; refused rows are left out.

    Raises Stale when the rows would have another effect by now, DoneAlready, BeingDone, and
    SetAside when the process died in it again and again.
    """
    try:
        with counting.counted(FILE, [run.pk]) as begun:
            if not begun:
                raise SetAside if str(run.pk) in counting.set_aside_of(FILE) else BeingDone
            with transaction.atomic():
                return _do(run, digest)
    except IntegrityError:
        # Somebody wrote the same row at the same time: showing the rows again will tell.
        raise Stale from None


def _do(run: ImportRun, digest: str) -> Judgement:
    tree.lock_tree()
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if run.done_at is not None or not run.content:
        raise DoneAlready
    judgement = judge(run)
    if judgement.digest != digest:
        raise Stale
    _open(judgement.of(columns.SITES, RowVerdict.NEW), run)
    _change(judgement.of(columns.SITES, RowVerdict.CHANGED), run)
    _appoint(judgement.of(columns.STAFF, RowVerdict.NEW, RowVerdict.CHANGED), run)
    run.done_at = db_time.now()
    run.counts = judgement.counts
    run.left_out = [
        [row.table, row.line, row.key, row.name, row.says]
        for row in judgement.rows
        if row.is_refused
    ]
    run.content = {}
    run.save()
    return judgement


def forget() -> int:
    """Delete the rows of old files; return the number of files. Who, when and counts are kept."""
    old = ImportRun.objects.filter(made_at__lt=db_time.now() - KEPT)
    return old.exclude(content={}, left_out=[]).update(content={}, left_out=[])


def _open(rows: list[JudgedRow], run: ImportRun) -> None:
    """Create the new sites level by level: a trigger needs the parent's path."""
    now = db_time.now()
    ids = _ids({row.plan["parent"] for row in rows})
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_kind[row.plan["kind"]].append(row.plan)
    acts = []
    for kind in sites.RANK:
        made = Organization.objects.bulk_create(
            [
                Organization(
                    code=plan["code"],
                    name=plan["name"],
                    kind=kind,
                    part_of_id=ids[plan["parent"]],
                    area_id=plan["area"],
                    phone=plan["phone"],
                    email=plan["email"],
                    opened_on=timezone.localdate(now),
                )
                for plan in by_kind[kind]
            ],
            batch_size=BATCH,
        )
        ids |= {one.code: one.pk for one in made}
        acts += [
            Act(
                organization=one,
                kind=Act.Kind.OPENED,
                at=now,
                by=run.made_by,
                went_to_id=one.part_of_id,
            )
            for one in made
        ]
    Act.objects.bulk_create(acts, batch_size=BATCH)


def _change(rows: list[JudgedRow], run: ImportRun) -> None:
    now = db_time.now()
    on_record = Organization.objects.select_for_update(of=("self",), no_key=True).in_bulk(
        [row.plan["id"] for row in rows]
    )
    acts = []
    for row in rows:
        organization = on_record[row.plan["id"]]
        changes: dict[str, list[Any]] = row.plan["changes"]
        for name, (_old, new) in changes.items():
            setattr(organization, "area_id" if name == "area" else name, new)
        organization.search_name = search_key(organization.name)
        told = {name: [str(old or ""), str(new or "")] for name, (old, new) in changes.items()}
        acts.append(
            Act(
                organization=organization,
                kind=Act.Kind.CHANGED,
                at=now,
                by=run.made_by,
                changed=told,
            )
        )
    Organization.objects.bulk_update(on_record.values(), DETAILS, batch_size=500)
    Act.objects.bulk_create(acts, batch_size=BATCH)


def _appoint(rows: list[JudgedRow], run: ImportRun) -> None:
    now = db_time.now()
    people = _people(rows)
    _verify(rows, people, run)
    rows = [row for row in rows if "stays" not in row.plan]
    ids = _ids({row.plan["organization"] for row in rows})
    ended = _end([pk for row in rows for pk in row.plan.get("ends", [])], run)
    made = Membership.objects.bulk_create(
        [
            Membership(
                user_id=row.plan["user"] or people[row.plan["email"]],
                organization_id=ids[row.plan["organization"]],
                role=row.plan["role"],
                since=now,
                appointed_by=run.made_by,
                must_tell=True,
            )
            for row in rows
        ],
        batch_size=BATCH,
    )
    events = []
    for row, one in zip(rows, made, strict=True):
        act = StaffEvent.Act.INVITED if row.plan["user"] is None else StaffEvent.Act.APPOINTED
        before = ended[row.plan["ends"][0]] if row.plan.get("ends") else ""
        act = StaffEvent.Act.ROLE_CHANGED if before else act
        events.append(
            StaffEvent(
                **event_values(act, one, by=run.made_by, at=now, import_run=run),
                role_before=before,
            )
        )
    StaffEvent.objects.bulk_create(events, batch_size=BATCH)
    if made:
        hint("organizations.tell_staff")


def _people(rows: list[JudgedRow]) -> dict[str, int]:
    """Create the new accounts, without a password; return their ids by e-mail."""
    new = {row.plan["email"]: row.plan["name"] for row in rows if row.plan["user"] is None}
    users = [
        # The value of set_unusable_password, which would take longer than all other steps.
        User(
            email=email,
            full_name=name,
            password=UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30),
        )
        for email, name in new.items()
    ]
    made = User.objects.bulk_create(users, batch_size=BATCH)
    return {str(user.email): user.pk for user in made}


def _verify(rows: list[JudgedRow], people: dict[str, int], run: ImportRun) -> None:
    """Store who the people are, where the file says so; each once."""
    said = {row.plan["email"]: row.plan for row in rows if "identity" in row.plan}
    now = db_time.now()
    users = User.objects.in_bulk([plan["user"] or people[email] for email, plan in said.items()])
    identities, acts = [], []
    for email, plan in said.items():
        user = users[plan["user"] or people[email]]
        number, born, phone = plan["identity"]
        identities.append(
            VerifiedIdentity(
                user=user,
                full_name=user.full_name,
                id_number=number,
                **BirthDate.fromisoformat(born).columns,
                phone=phone,
                proven_by=VerifiedIdentity.Proof.IMPORT,
                by=run.made_by,
                at=now,
            )
        )
        acts.append(
            StaffEvent(
                user=user,
                act=StaffEvent.Act.IDENTITY_VERIFIED,
                at=now,
                by=run.made_by,
                import_run=run,
            )
        )
    VerifiedIdentity.objects.bulk_create(identities, batch_size=BATCH)
    StaffEvent.objects.bulk_create(acts, batch_size=BATCH)


def _end(ids: list[int], run: ImportRun) -> dict[int, str]:
    held = Membership.objects.filter(pk__in=ids)
    roles = dict(held.values_list("pk", "role"))
    held.update(until=db_time.sql_now(), ended_by=run.made_by)
    return roles


def _ids(codes: set[str]) -> dict[str, int]:
    return dict(Organization.objects.filter(code__in=codes).values_list("code", "pk"))
