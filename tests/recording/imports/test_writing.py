"""Writing a checked file: what stands in the register, after a kill as well, and after an undo."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from audit import chain
from citizens.models import Citizen
from doses import actions, sessions
from doses.models import Dose, DoseRevision
from matching import writing
from matching.features import COLUMNS
from matching.joining import NumberProof
from matching.models import MatchFeature
from recording.imports import applying, checking, doubting, running, undoing
from recording.imports.models import DoseImport, ImportedRow
from tests.cases import file_one
from tests.recording.imports.sheets import HEADER, check, row, send, write
from tests.world import World
from uptake.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(world: World) -> Citizen:
    made = Citizen.objects.create(
        full_name="Hoàng Thị Thuý Ngân",
        date_of_birth=date(1971, 11, 25),
        sex="female",
        id_number="001171005566",
        phone="+84905111222",
    )
    writing.write([made])
    return made


def imported(world: World, *rows: list[Any], **kwargs: Any) -> DoseImport:
    return write(check(send(world, rows), **kwargs), world)


def facts(dose: Dose) -> dict[str, object]:
    return {name: getattr(dose, name) for name in actions.FACTS}


def test_a_dose_is_as_if_it_had_been_recorded_by_hand(world: World, known: Citizen):
    done = imported(world, row())
    [dose] = Dose.objects.filter(citizen=known)

    by_hand = actions.record(
        citizen=world.citizens["child"],
        vaccine=world.az,
        given_on=date(2021, 8, 27),
        organization=world.buoi,
        provenance=Dose.Provenance.BACK_ENTRY,
        by=world.user("minh"),
        by_organization=world.buoi,
        lot="ABX1234",
        why=dose.revisions.get().why,
    )

    assert facts(dose) == facts(by_hand)
    [ours], [theirs] = dose.revisions.all(), by_hand.revisions.all()
    own = {"id", "dose_id", "at", "_state"}
    assert {k: v for k, v in vars(ours).items() if k not in own} == {
        k: v for k, v in vars(theirs).items() if k not in own
    }
    assert ours.at == dose.recorded_at == dose.revised_at
    assert done.counts == {"new": 1}
    assert done.rows.get().dose == dose


def test_a_new_person_gets_one_record_with_document_revision_and_features(world: World):
    imported(
        world,
        row(),
        row(position="2", given_on="27/11/2021"),
        proof=NumberProof.SCANNED,
    )

    citizen = Citizen.objects.proven_by_number("001171005566").get()
    assert citizen.doses.count() == 2
    assert (citizen.provenance, citizen.phone) == ("back_entry", "+84905111222")
    assert citizen.revisions.get().by_organization == world.buoi
    [kept] = MatchFeature.objects.filter(citizen=citizen).values(*COLUMNS)
    writing.write([citizen])
    assert MatchFeature.objects.filter(citizen=citizen).values(*COLUMNS).get() == kept
    assert kept["sites"] == [world.buoi.pk]


def test_a_typed_number_of_a_new_person_proves_nothing(world: World):
    imported(world, row())

    assert not Citizen.objects.proven_by_number("001171005566").exists()
    assert Citizen.objects.numbered("001171005566").exists()


def test_the_site_is_added_to_the_features_of_known_people(world: World, known: Citizen):
    imported(world, row())

    assert MatchFeature.objects.get(citizen=known).sites == [world.buoi.pk]


def test_coverage_and_the_seals_see_imported_doses(world: World, known: Citizen):
    Change.objects.all().delete()
    imported(world, row())

    assert Change.objects.filter(citizen_id=known.pk).exists()
    assert "doses_doserevision" in chain.TABLES


def test_an_update_is_a_new_revision_of_the_dose(world: World, known: Citizen):
    imported(world, row(lot="AA1", position="1"))
    second = imported(world, row(lot="bb2", position="2"))

    dose = Dose.objects.get(citizen=known)
    assert (dose.lot, dose.ordinal, dose.revision) == ("BB2", 2, 2)
    # The dose before is not on record.
    assert second.counts == {"update": 1, "warning": 1}
    assert list(dose.warnings_left.values_list("revision", "code", "by")) == [
        (2, "position_gap", world.user("minh").pk)
    ]
    assert second.rows.get().revision == 2


def test_what_somebody_records_between_trial_and_writing_is_not_written_twice(
    world: World, known: Citizen
):
    checked = check(send(world, [row()]))
    actions.record(
        citizen=known,
        vaccine=world.az,
        given_on=date(2021, 8, 27),
        organization=world.buoi,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )
    done = write(checked, world)

    assert Dose.objects.filter(citizen=known).count() == 1
    assert done.counts == {"on_record": 1}
    assert done.rows.get().findings == ["given_on|meanwhile|"]


def test_a_record_that_appears_between_trial_and_writing_is_decided_by_a_person(world: World):
    checked = check(send(world, [row()]))
    appeared = Citizen.objects.create(
        full_name="Hoàng Thị Thuý Ngân",
        date_of_birth=date(1971, 11, 25),
        id_number="001171005566",
    )
    done = write(checked, world)

    assert done.counts == {"decide": 1}
    assert done.rows.get().candidates == [appeared.pk]
    assert Citizen.objects.numbered("001171005566").count() == 1


MANY = [
    row(name=f"Hoàng Thị {given}", id_number=f"00117100556{number}", phone="")
    for number, given in enumerate(("Hồng", "Lan", "Đào", "Cúc", "Mai", "Huệ", "Sen"))
]


@pytest.mark.parametrize("killed_at", [1, 2, 3])
def test_a_killed_worker_loses_and_doubles_no_row(world: World, monkeypatch, killed_at):
    monkeypatch.setattr(checking, "CHUNK", 3)
    monkeypatch.setattr(applying, "CHUNK", 3)

    def killing(step: Any) -> Any:
        calls = {"left": killed_at}

        def killed(*args: Any) -> Any:
            calls["left"] -= 1
            done = step(*args)
            if calls["left"] == 0:
                raise SystemExit("killed")
            return done

        return killed

    sent = send(world, MANY)
    assert running.confirm(sent, mapping=sent.mapping, answers={}, number_proof="typed")
    before = Dose.objects.count()
    for module, name in ((checking.Checker, "next_chunk"), (applying, "next_chunk")):
        step = getattr(module, name)
        with monkeypatch.context() as patched:
            patched.setattr(module, name, killing(step))
            # Without the count of tries, whose lease a test would have to wait for.
            with pytest.raises(SystemExit):
                running._work(sent.pk, float("inf"))
        sent.refresh_from_db()
        assert sent.done == min(3 * (killed_at - 1), 7)
        running.work(sent.pk)
        sent.refresh_from_db()
        if sent.state == "checked":
            assert sent.rows.count() == 7
            running.apply(sent, by=world.user("minh"))

    assert sent.state == "applied"
    assert Dose.objects.count() == before + 7
    assert DoseRevision.objects.filter(dose__in=sent.rows.values("dose")).count() == 7
    assert Citizen.objects.filter(full_name__startswith="Hoàng Thị ").count() == 7


def test_a_worker_killed_while_doses_are_compared_leaves_no_doubt_out(world: World, monkeypatch):
    monkeypatch.setattr(doubting, "CHUNK", 3)
    sent = send(world, [[*one[:8], "2", *one[9:]] for one in MANY])
    assert running.confirm(sent, mapping=sent.mapping, answers={}, number_proof="typed")
    step, calls = doubting.Doubter.next_chunk, iter(range(9))

    def killed(doubter: doubting.Doubter, dose_import: DoseImport) -> int:
        if next(calls) == 1:
            raise SystemExit("killed")
        return step(doubter, dose_import)

    with monkeypatch.context() as patched:
        patched.setattr(doubting.Doubter, "next_chunk", killed)
        with pytest.raises(SystemExit):
            running._work(sent.pk, float("inf"))
    sent.refresh_from_db()
    assert (sent.state, sent.done) == ("checking", 3)
    running.work(sent.pk)

    sent.refresh_from_db()
    assert (sent.state, sent.done, sent.counts) == ("checked", 7, {"new": 7, "warning": 7})
    assert [len(one.doubts) for one in sent.rows.all()] == [1] * 7


@pytest.mark.parametrize(
    ("held", "venue", "expected"),
    [
        ([], "", None),
        (["Nhà văn hoá"], "", "Nhà văn hoá"),
        (["Nhà văn hoá", "Trường Chu Văn An"], "", None),
        (["Nhà văn hoá", "Trường Chu Văn An"], "Trường Chu Văn An", "Trường Chu Văn An"),
        (["Nhà văn hoá"], "Trường Chu Văn An", None),
    ],
)
def test_a_dose_belongs_to_the_session_of_its_day_if_there_is_no_other(
    world: World, held: list[str], venue: str, expected: str | None
):
    day, minh = date(2021, 8, 27), world.user("minh")
    for one in held:
        sessions.plan(world.buoi, day, venue=one, by=minh)
    sessions.call_off(sessions.plan(world.buoi, day, venue="Chợ Bưởi", by=minh))
    sessions.plan(world.buoi, date(2021, 8, 28), by=minh)
    sessions.plan(world.quang_an, day, by=minh)

    file = send(world, [[*row(), venue]], header=(*HEADER, "Địa điểm tiêm"))
    written = write(check(file), world)

    dose = Dose.objects.get(pk=written.rows.get().dose_id)
    assert (dose.session.venue if dose.session else None) == expected
    assert dose.venue == (venue or expected or "")


def test_a_row_that_the_database_refuses_stops_no_other(world: World, monkeypatch):
    monkeypatch.setattr(applying, "CHUNK", 5)
    checked = check(send(world, MANY))
    # No check knows of it, as if a rule of the database had been forgotten here.
    checked.rows.filter(line=4).update(full_name="two  spaces")
    done = write(checked, world)

    assert done.counts == {"new": 6, "error": 1}
    assert done.rows.get(line=4).findings == ["line|refused|"]
    assert done.rows.filter(revision=1).count() == 6
    assert done.done == 7


def test_a_cancelled_import_leaves_nothing(world: World):
    checked = check(send(world, MANY))
    running.cancel(checked, by=world.user("minh"))

    checked.refresh_from_db()
    assert checked.state == "cancelled"
    assert not checked.rows.exists()
    assert not checked.parts.exists()
    with pytest.raises(running.WrongState):
        running.apply(checked, by=world.user("minh"))


def test_a_stopped_import_keeps_what_it_wrote_goes_on_and_can_be_undone(world: World, monkeypatch):
    monkeypatch.setattr(applying, "CHUNK", 3)
    checked = check(send(world, MANY))
    running.apply(checked, by=world.user("minh"))
    checked.refresh_from_db()
    checked.state = "applying"
    applying.next_chunk(checked)
    checked.save()
    running.stop(checked)
    assert Dose.objects.filter(organization=world.buoi, given_on=date(2021, 8, 27)).count() == 3
    write(checked, world)

    assert undoing.undo(checked, by=world.user("minh")) == 7


def test_an_import_is_undone_as_a_whole(world: World, known: Citizen):
    imported(world, row(lot="AA1"))
    done = imported(world, row(lot="BB2"), row(position="2", given_on="27/11/2021"))
    seen = undoing.preview(done)

    assert (seen.doses, seen.updates, seen.is_possible) == (1, 1, True)
    assert undoing.undo(done, by=world.user("minh")) == 2
    first, second = Dose.objects.filter(citizen=known).order_by("given_on")
    assert (first.lot, first.revision, first.status) == ("AA1", 3, "completed")
    assert (second.status, second.revision) == ("entered_in_error", 2)
    assert second.revisions.get(number=2).by == world.user("minh")
    done.refresh_from_db()
    assert done.state == "undone"
    with pytest.raises(undoing.NotToBeUndone):
        undoing.undo(done, by=world.user("minh"))


def _revised(world: World, dose: Dose) -> None:
    actions.revise(dose, changes={"lot": "ZZ9"}, by=None, why="Sổ giấy")


def _followed(world: World, dose: Dose) -> None:
    actions.record(
        citizen=dose.citizen,
        vaccine=world.az,
        given_on=date(2021, 12, 1),
        organization=world.quang_an,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
        ordinal=2,
    )


def _disputed(world: World, dose: Dose) -> None:
    case = file_one(world)
    type(case).objects.filter(pk=case.pk).update(dose=dose)


@pytest.mark.parametrize(
    ("built", "why"), [(_revised, "revised"), (_followed, "later"), (_disputed, "case")]
)
def test_an_import_stays_when_something_rests_on_a_row(world: World, known: Citizen, built, why):
    done = imported(world, *MANY, row())
    built(world, Dose.objects.get(citizen=known))
    [blocker] = undoing.preview(done).blockers

    assert (blocker.row.line, blocker.why) == (9, why)
    with pytest.raises(undoing.NotToBeUndone):
        undoing.undo(done, by=world.user("minh"))
    assert not Dose.objects.filter(
        pk__in=done.rows.values("dose"), status="entered_in_error"
    ).exists()


def test_what_was_undone_can_be_imported_again(world: World, known: Citizen):
    undoing.undo(imported(world, row()), by=world.user("minh"))
    again = imported(world, row())

    assert again.counts == {"new": 1}
    assert Dose.objects.filter(citizen=known, status="completed").count() == 1


def test_no_number_of_a_file_can_be_read_in_the_database(world: World):
    imported(world, row(id_number="001171009876"), row(name="Lý A", id_number="mất 0987654321x"))
    with connection.cursor() as cursor:
        for model in (DoseImport, ImportedRow):
            cursor.execute(f"SELECT row_to_json(t)::text FROM {model._meta.db_table} t")  # noqa: S608
            assert "001171009876" not in str(cursor.fetchall())


def test_old_files_are_forgotten_and_what_they_wrote_is_known(world: World, known: Citizen):
    done = imported(world, row())
    waiting = check(send(world, MANY))
    DoseImport.objects.update(made_at=done.made_at - running.KEPT)
    running.forget()

    kept = done.rows.get()
    assert (kept.full_name, kept.number, kept.dose_id is not None) == ("", None, True)
    assert not done.parts.exists()
    assert not waiting.rows.exists()
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
