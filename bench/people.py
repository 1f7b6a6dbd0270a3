"""Signed-in users for benchmarks: citizens with a draft ready to be sent, and a reviewer."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import SessionKind, User
from accounts.sessions import KIND, LANGUAGE, SEEN_AT, STARTED_AT
from citizens.models import Citizen, RecordLink
from corrections.models import Draft
from doses.models import Dose, Vaccine
from organizations.models import Membership, Organization
from portal import drafts
from portal.draft_check import CheckedDraft

PHONES = "+8491"
SAID = {"has_no_paper": "on", "where_when": "Sân trường Chu Văn An, buổi sáng"}


@dataclass(frozen=True)
class Sender:
    """A session and its CSRF token."""

    session: str
    csrf: str


@dataclass(frozen=True)
class Ready:
    """A draft that is ready to be sent, and its sender."""

    key: str
    seen: str
    sender: Sender


def build(count: int) -> tuple[Sender, list[Ready]]:
    """Write `count` citizens, each with a dose and a draft about it, and their reviewer."""
    station = Organization.objects.filter(kind=Organization.Kind.COMMUNE_STATION).order_by("pk")[0]
    nurse = Membership.objects.filter(organization=station).select_related("user")[0].user
    # A database that is used again has some from before.
    first = User.objects.filter(phone__startswith=PHONES).count()
    users = User.objects.bulk_create(
        User(phone=f"{PHONES}{number:07}", phone_verified=True, full_name=f"Người dân {number}")
        for number in range(first, first + count)
    )
    people = Citizen.objects.bulk_create(
        Citizen(full_name=user.full_name, date_of_birth=date(1985, 2, 3), sex="female")
        for user in users
    )
    RecordLink.objects.bulk_create(
        RecordLink(user=user, citizen=person, relation="self", proven_by="phone_and_id")
        for user, person in zip(users, people, strict=True)
    )
    given, said = Vaccine.objects.order_by("pk")[:2]
    doses = Dose.objects.bulk_create(
        Dose(
            citizen=person,
            vaccine=given,
            given_on=date(2021, 9, 1),
            organization=station,
            kind=Dose.Kind.PRIMARY,
            ordinal=1,
            provenance=Dose.Provenance.SITE_ENTRY,
        )
        for person in people
    )
    written = Draft.objects.bulk_create(
        Draft(
            key=uuid.uuid4(),
            user=user,
            citizen=person,
            data={
                "doses": [str(dose.public_id)],
                "typed": {str(dose.public_id): {"vaccine": said.code}, drafts.PHOTOS: SAID},
            },
        )
        for user, person, dose in zip(users, people, doses, strict=True)
    )
    senders = signed_in(users, SessionKind.CITIZEN, ["code"])
    [at_the_desk] = signed_in([nurse], SessionKind.STAFF, ["password", "mfa"])
    return at_the_desk, [
        Ready(str(draft.key), CheckedDraft(draft).fingerprint, sender)
        for draft, sender in zip(written, senders, strict=True)
    ]


def signed_in(users: list[User], kind: SessionKind, methods: list[str]) -> list[Sender]:
    """Write a session for each user, as after sign-in by these methods."""
    now, store = timezone.now(), SessionStore()
    at = now.timestamp()
    sessions = Session.objects.bulk_create(
        Session(
            session_key=get_random_string(32).lower(),
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: "accounts.backends.EmailBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                    "account_authentication_methods": [
                        {"method": method, "at": at} for method in methods
                    ],
                    "account_authentication_methods_user": str(user.pk),
                    KIND: kind.value,
                    STARTED_AT: at,
                    SEEN_AT: at,
                    LANGUAGE: user.language,
                }
            ),
            expire_date=now + timedelta(days=1),
        )
        for user in users
    )
    return [Sender(session.session_key, get_random_string(32)) for session in sessions]
