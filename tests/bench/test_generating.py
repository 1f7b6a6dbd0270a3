"""A made-up registry: as large as was asked, the same for a seed, and one the product goes on with."""

import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from accounts.models import User
from bench import dataset
from bench.generating import bare_tables, building
from bench.generating.checksums import checksums
from bench.generating.filling import TABLES, Written
from bench.generating.progress import Progress
from bench.generating.size import RegistrySize
from citizens.models import Citizen, IdentityDocument, RecordLink
from corrections import actions, sweep
from corrections.actions import filing
from corrections.actions.filing import Claim
from corrections.lifecycle import Status, after
from corrections.models import Breach, Correction, CorrectionEvent
from doses import actions as dose_actions
from doses.models import Dose, DoseRevision, Vaccine
from matching.models import MatchFeature
from tests.bench.made_up import CASES, DOSES, PEOPLE, UNTIL, Silent, generate, size
from uptake.models import Course
from vaxreg import db_time
from vaxreg.search import search_key


@pytest.fixture
def tree(db: None) -> None:
    dataset.build_country([2, 1], stations=3, citizens=0)


@pytest.fixture
def registry(tree: None) -> None:
    generate()


def test_it_has_exactly_what_was_asked_for_and_each_row_has_its_history(registry):
    assert Dose.objects.count() == DOSES
    assert Citizen.objects.count() == PEOPLE
    assert Correction.objects.count() == CASES
    assert DoseRevision.objects.filter(number=1).count() == DOSES
    for dose in Dose.objects.filter(revision=2):
        newest = dose.revisions.get(number=2)
        assert (newest.vaccine_id, newest.given_on, newest.status) == (
            dose.vaccine_id,
            dose.given_on,
            dose.status,
        )
        assert Correction.objects.get(reference=newest.correction_reference).dose_id == dose.pk
    assert Course.objects.exists()
    assert MatchFeature.objects.count() == PEOPLE


def test_numbers_are_encrypted_and_found_and_names_are_found_without_marks(registry):
    with_number = IdentityDocument.objects.filter(is_proven=True).order_by("pk")[0]
    person = Citizen.objects.get(pk=with_number.citizen_id)

    assert person.id_number == with_number.number
    assert list(Citizen.objects.proven_by_number(with_number.number)) == [person]
    assert all(one.search_name == search_key(one.full_name) for one in Citizen.objects.all()[:50])
    assert (
        IdentityDocument.objects.count() > Citizen.objects.filter(id_number__isnull=False).count()
    )


def test_it_has_the_errors_of_the_campaign(registry):
    people = list(Citizen.objects.all())
    without = [one for one in people if not one.id_number]
    malformed = [one for one in people if one.id_number and len(one.id_number) in (8, 12)]
    twice = Dose.objects.values("citizen", "kind", "ordinal").annotate(times=Count("pk"))

    assert 0.08 < len(without) / PEOPLE < 0.35
    assert any(not one.id_number.isdigit() for one in malformed)
    assert twice.filter(times__gt=1).exists()
    only_second = Dose.objects.filter(kind="primary", ordinal=2).exclude(
        citizen__in=Dose.objects.filter(kind="primary", ordinal=1).values("citizen")
    )
    assert only_second.exists()
    accounts = User.objects.filter(phone__startswith="+8470")
    links = RecordLink.objects.filter(user__in=accounts).select_related("user", "citizen")
    assert any(link.user.phone != link.citizen.phone for link in links)


def test_every_status_occurs_with_a_history_that_the_life_cycle_allows(registry):
    assert set(Correction.objects.values_list("status", flat=True)) == {str(s) for s in Status}
    for case in Correction.objects.all():
        events = list(case.events.order_by("at", "pk"))
        status = Status.RECEIVED
        assert events[0].step == "file"
        for event in events[1:]:
            assert event.from_status == status
            status = after(event.step, status)
            assert event.to_status == status
        assert status == case.status
        moving = [one for one in events if actions.moves_version(one.step, one.party)]
        assert case.version == len(moving)
        assert list(case.holdings.filter(until=None).values_list("organization", flat=True)) == (
            [case.holder_id] if case.is_open and case.holder_id else []
        )
        running = case.clocks.exclude(kind="statutory").filter(stopped_at=None)
        assert [one.due_at for one in running] == ([case.due_at] if case.is_open else [])


def test_nothing_was_left_to_the_sweep_but_what_has_just_come(registry):
    before = Breach.objects.count(), CorrectionEvent.objects.count()

    with db_time.at(UNTIL):
        swept = sweep.sweep()

    assert swept.failed == []
    assert (swept.breaches, swept.expired, swept.reminders) == (0, 0, 0)
    assert Breach.objects.count() == before[0] > 0

    with db_time.at(UNTIL + timedelta(minutes=2)):
        sweep.sweep()
    assert not Correction.objects.filter(status=Status.RECEIVED).exists()


def test_one_site_has_very_many_wrong_records(registry):
    open_at = Counter(Correction.objects.open().values_list("dose__organization", flat=True))

    assert open_at.most_common(1)[0][1] >= size().at_one_site * 0.9


def test_the_same_seed_gives_the_same_data_and_another_one_other_data(tree):
    generate()
    first = checksums()
    _again(size())
    same = checksums()
    _again(size(seed=8))
    other = checksums()

    assert first == same
    assert set(first) == set(TABLES)
    assert [table for table in TABLES if other[table] == first[table]] == []


def test_chunks_are_the_same_however_many_there_are(monkeypatch, tree):
    monkeypatch.setattr("bench.generating.size.CHUNK", 100)
    generate(size(doses=400, people=250, corrections=30))

    assert Dose.objects.count() == 400
    assert Citizen.objects.count() == 250
    assert Correction.objects.values("reference").distinct().count() == 30


def test_what_is_written_afterwards_gets_new_ids(registry):
    link = RecordLink.objects.filter(relation="self").order_by("pk")[0]
    dose = Dose.objects.completed().exclude(citizen=link.citizen).order_by("pk")[0]

    filed = filing.file(
        by=link.user,
        citizen=link.citizen,
        key="after",
        claims=[Claim(proposed={"position": "booster-3"}, named_site=dose.organization)],
    )
    routed = actions.route(filed.corrections.get())
    recorded = dose_actions.record(
        citizen=dose.citizen,
        vaccine=Vaccine.objects.get(code="JS"),
        given_on=date(2023, 2, 3),
        organization=dose.organization,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )

    assert routed.pk > CASES
    assert recorded.pk > DOSES


def test_it_refuses_where_somebody_is_on_record_and_names_the_table(tree):
    Citizen.objects.create(full_name="Lan", date_of_birth="1988-03-27")

    with pytest.raises(CommandError, match=r"not empty \(.*citizens_citizen"):
        call_command("generate", doses=10, stdout=io.StringIO(), stderr=io.StringIO())

    assert not Dose.objects.exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"doses": 0}, "at least one"),
        ({"people": 0}, "at least one"),
        ({"doses": 5000, "people": 1000}, "four each"),
        ({"corrections": 500, "people": 1000}, "at most 250"),
        ({"until": datetime(2022, 1, 1, tzinfo=UTC)}, "before"),
    ],
)
def test_a_registry_that_cannot_be_is_refused_in_words(changed, why):
    assert why in size(**changed).problem()


def test_a_run_that_fails_leaves_the_tables_empty_and_whole(monkeypatch, tree):
    whole = _definitions()
    monkeypatch.setattr("bench.generating.filling.ChunkFiller.fill", _fail_after_some)

    with pytest.raises(RuntimeError, match="no more disk"):
        generate()

    assert _definitions() == whole
    assert not Citizen.objects.exists()
    assert not User.objects.filter(phone__startswith="+8470").exists()


def test_what_a_killed_run_left_is_mended_by_the_next_one(tree):
    whole = _definitions()
    bare_tables.take_off(User.objects.order_by("-pk")[0].pk)
    Citizen.objects.bulk_create([Citizen(full_name="Nửa chừng", date_of_birth=date(1990, 1, 1))])

    generate()

    assert _definitions() == whole
    assert Citizen.objects.count() == PEOPLE


def test_the_bar_says_rows_rate_and_time_left():
    out = io.StringIO()
    progress = Progress(1000, out)

    progress.stage("rows")
    progress.wrote(Written(doses=250, rows=1000))
    line = progress.bar(progress.rows_begun + 10)

    assert "25%" in line
    assert "250 of 1,000 doses, 25 doses/s, 100 rows/s, 0:30 left" in line


def _again(wanted: RegistrySize) -> None:
    bare_tables.take_off(RecordLink.objects.order_by("user_id")[0].user_id - 1)
    building.build(wanted, 1, Silent())


def _fail_after_some(*_):
    Citizen.objects.bulk_create([Citizen(full_name="Nửa chừng", date_of_birth=date(1990, 1, 1))])
    raise RuntimeError("no more disk")


def _definitions() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) || conname FROM pg_constraint")
        found = {text for (text,) in cursor.fetchall()}
        cursor.execute("SELECT indexdef FROM pg_indexes")
        found |= {text for (text,) in cursor.fetchall()}
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgenabled <> 'O'")
        return found | {name for (name,) in cursor.fetchall()}
