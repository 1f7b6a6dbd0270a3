"""Filing: once, whole, with the clock of the database."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import Attempt
from corrections import actions
from corrections.actions import AlreadyOpen, filing
from corrections.actions.filing import (
    Claim,
    KeyUsedForOtherContent,
    TooManyFilings,
    TooManyOpen,
)
from corrections.lifecycle import Status
from corrections.models import Correction, Draft, Filing, FilingChannel, OutboxRow
from tests import world as worlds
from tests.cases import file_one
from tests.world import World


def test_each_claim_becomes_a_correction_of_its_own_under_one_filing(world: World):
    first = worlds.dose(world)
    claims = [
        Claim(dose=first, proposed={"vaccine": "PF"}),
        Claim(proposed={"position": "primary-2"}, named_site=world.quang_an),
    ]

    filed = filing.file(by=world.user("lan"), citizen=world.citizens["lan"], key="k", claims=claims)

    assert [c.kind for c in filed.corrections.order_by("id")] == ["wrong_fields", "missing_dose"]
    assert {c.received_at for c in filed.corrections.all()} == {filed.received_at}


def test_due_is_48_hours_after_the_moment_of_recording(world: World):
    correction = file_one(world, routed=False)

    assert correction.due_at - correction.received_at == timedelta(hours=48)
    assert abs(timezone.now() - correction.received_at) < timedelta(minutes=1)
    assert correction.status == Status.RECEIVED


def test_filing_writes_the_outbox_row_in_the_same_transaction(world: World):
    correction = file_one(world, routed=False)

    assert OutboxRow.objects.get(event__correction=correction, done_at=None).errand == "route"


def test_the_same_key_again_returns_the_first_filing(world: World):
    claims = [Claim(dose=worlds.dose(world), proposed={"vaccine": "PF"})]
    lan, record = world.user("lan"), world.citizens["lan"]
    first = filing.file(by=lan, citizen=record, key="k", claims=claims)

    second = filing.file(by=lan, citizen=record, key="k", claims=claims)

    assert second == first
    assert Correction.objects.count() == 1


def test_the_same_key_with_other_content_is_an_error_for_programs(world: World):
    lan, record = world.user("lan"), world.citizens["lan"]
    dose = worlds.dose(world)
    filing.file(
        by=lan,
        citizen=record,
        key="k",
        channel=FilingChannel.API,
        claims=[Claim(dose=dose, proposed={"vaccine": "PF"})],
    )

    with pytest.raises(KeyUsedForOtherContent):
        filing.file(
            by=lan,
            citizen=record,
            key="k",
            channel=FilingChannel.API,
            claims=[Claim(dose=dose, proposed={"lot": "FG3527"})],
        )


def test_two_people_may_use_the_same_key(world: World):
    file_one(world, key="k")

    file_one(world, whose="binh", key="k")

    assert Filing.objects.count() == 2


def test_a_second_filing_on_the_same_dose_leads_to_the_first(world: World):
    correction = file_one(world)

    with pytest.raises(AlreadyOpen) as refused:
        file_one(world, key="other", dose=correction.dose, proposed={"lot": "FG3527"})

    assert refused.value.correction == correction


def test_when_one_of_two_claims_is_refused_neither_is_stored(world: World):
    correction = file_one(world)

    with pytest.raises(AlreadyOpen):
        filing.file(
            by=world.user("lan"),
            citizen=world.citizens["lan"],
            key="both",
            claims=[
                Claim(proposed={"position": "primary-2"}),
                Claim(dose=correction.dose, proposed={"lot": "FG3527"}),
            ],
        )

    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    ("proposed", "words"),
    [
        ({}, "Say which dose is missing"),
        ({"vaccine": "PF"}, "Say which dose is missing"),
        ({"given_on": "2031-01-01"}, "future"),
        ({"given_on": "1899-12-31"}, "too long ago"),
        ({"given_on": "27/03/2022"}, "day/month/year"),
        ({"position": "primary-1", "vaccine": "nothing"}, "vaccine from the list"),
        ({"position": "primary-9"}, "which dose"),
        ({"position": "primary-1", "organization": str(uuid.uuid4())}, "site from the list"),
        ({"position": "primary-1", "organization": "x"}, "site from the list"),
        ({"position": "primary-1", "lot": "x" * 65}, "64"),
        ({"status": "accepted"}, "not known"),
    ],
)
def test_what_cannot_be_true_is_refused_in_words(
    world: World, proposed: dict[str, str], words: str, settings
):
    settings.LANGUAGE_CODE = "en"

    with pytest.raises(ValidationError) as refused:
        file_one(world, proposed=proposed)

    assert words in str(refused.value.messages)
    assert not Filing.objects.exists()


def test_a_proposal_that_changes_nothing_is_refused(world: World):
    dose = worlds.dose(world)

    with pytest.raises(ValidationError):
        file_one(world, dose=dose, proposed={"vaccine": "AZ", "lot": "abx4112"})


def test_nobody_files_for_a_record_that_is_not_theirs(world: World):
    with pytest.raises(PermissionDenied):
        filing.file(
            by=world.user("binh"),
            citizen=world.citizens["lan"],
            key="k",
            claims=[Claim(proposed={"position": "primary-1"})],
        )


def test_nobody_disputes_another_persons_dose(world: World):
    theirs = worlds.dose(world, "binh")

    with pytest.raises(PermissionDenied):
        file_one(world, dose=theirs, proposed={"vaccine": "PF"})


def test_a_guardian_files_for_her_child(world: World):
    correction = file_one(world, whose="child")

    assert correction.filing.filed_by == world.user("lan")
    assert correction.citizen == world.citizens["child"]


def test_one_person_has_at_most_twenty_open_corrections(world: World):
    doses = [worlds.dose(world, given_on=worlds.date(2021, 8, 1 + n)) for n in range(20)]
    lan, record = world.user("lan"), world.citizens["lan"]
    for at in range(0, 20, 5):
        claims = [Claim(dose=dose, proposed={"vaccine": "PF"}) for dose in doses[at : at + 5]]
        filing.file(by=lan, citizen=record, key=f"k{at}", claims=claims)

    with pytest.raises(TooManyOpen):
        file_one(world, key="k20", proposed={"position": "primary-1"})


def send(world: World, key: str, whose: str = "lan", by: str = "lan") -> Filing:
    missing = [Claim(proposed={"position": "primary-1"})]
    return filing.file(by=world.user(by), citizen=world.citizens[whose], key=key, claims=missing)


def test_one_account_files_ten_times_in_an_hour_whoever_it_is_for(world: World):
    for number in range(10):
        filed = send(world, f"k{number}", ("lan", "child")[number % 2])
        actions.withdraw(filed.corrections.get(), by=world.user("lan"))

    with pytest.raises(TooManyFilings) as refused:
        send(world, "k10", "child")

    assert timedelta(minutes=59) < refused.value.retry_at - timezone.now() <= timedelta(hours=1)
    assert Filing.objects.count() == 10
    assert send(world, "k10", "binh", by="binh")


def test_a_filing_that_is_refused_or_pressed_twice_does_not_count(world: World):
    for _ in range(12):
        send(world, "same")
        with pytest.raises(AlreadyOpen):
            send(world, "another")

    assert Attempt.objects.filter(purpose="filing").count() == 1


def test_a_filed_draft_is_gone_and_its_key_is_the_filings_key(world: World):
    lan, record = world.user("lan"), world.citizens["lan"]
    draft = Draft.objects.create(user=lan, citizen=record)

    filed = filing.file(
        by=lan,
        citizen=record,
        key=str(draft.key),
        draft=draft,
        claims=[Claim(proposed={"position": "primary-1"})],
    )

    assert filed.key == str(draft.key)
    assert not Draft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_presses_at_once_file_once(transactional_db: None):
    world = worlds.build()
    claims = [Claim(dose=worlds.dose(world), proposed={"vaccine": "PF"})]
    start = threading.Barrier(8)
    filings: list[int] = []

    def press():
        start.wait()
        try:
            filed = filing.file(
                by=world.user("lan"), citizen=world.citizens["lan"], key="k", claims=claims
            )
            filings.append(filed.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(filings) == 8
    assert len(set(filings)) == 1
    assert Correction.objects.count() == 1
