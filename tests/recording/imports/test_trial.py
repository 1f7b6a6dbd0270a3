"""The trial of a file of doses: who is whom, what is on record, and what is left out."""

from datetime import date

import pytest

from citizens.models import Citizen
from doses import sessions
from doses.actions import Abroad, record
from doses.models import Dose, Vaccine
from matching import writing
from matching.joining import NumberProof
from recording.imports import deciding
from recording.imports.models import ImportedRow
from tests.recording.imports.sheets import check, codes, row, send, tried
from tests.world import World

pytestmark = pytest.mark.django_db
Verdict = ImportedRow.Verdict
Joined = ImportedRow.Joined


@pytest.fixture
def known(world: World) -> Citizen:
    """Ngân of `row`, on record with her number, proven."""
    made = Citizen.objects.create(
        full_name="Hoàng Thị Thuý Ngân",
        date_of_birth=date(1971, 11, 25),
        sex="female",
        id_number="001171005566",
        phone="+84905111222",
    )
    writing.write([made])
    return made


def test_somebody_whom_nobody_knows_gets_a_new_record(world: World):
    [one] = tried(world, row())

    assert (one.verdict, one.joined, one.citizen_id) == (Verdict.NEW, Joined.NEW, None)
    assert one.number == "001171005566"
    assert not Dose.objects.filter(given_on=date(2021, 8, 27)).exists()


@pytest.mark.parametrize(
    ("proof", "joined"),
    [
        (NumberProof.SCANNED, Joined.PROVEN),
        (NumberProof.CHECKED, Joined.PROVEN),
        (NumberProof.TYPED, Joined.EXACT),
    ],
)
def test_number_name_and_birth_join_the_record(world: World, known: Citizen, proof, joined):
    [one] = tried(world, row(), proof=proof)

    assert (one.verdict, one.joined, one.citizen_id) == (Verdict.NEW, joined, known.pk)


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Hoàng Thị Thúy Nga"},
        {"name": "Hoang Thi Thuy Ngan"},
        {"born": "26/11/1971"},
        {"born": "1971"},
        {"id_number": "001171005567"},
        {"id_number": ""},
        {"name": "Trần Văn Tám", "born": "15/02/1990", "sex": "Nam"},
    ],
)
def test_a_near_miss_is_for_a_person_to_decide(world: World, known: Citizen, facts):
    [one] = tried(world, row(**facts), proof=NumberProof.SCANNED)

    assert (one.verdict, one.citizen_id) == (Verdict.DECIDE, None)
    assert one.candidates == [known.pk]
    assert "full_name.near" in codes(one)


def test_a_number_that_somebody_only_declared_joins_nobody(world: World, known: Citizen):
    Citizen.objects.filter(pk=known.pk).update(provenance="self_declared")
    known.documents.update(is_proven=False)

    [one] = tried(world, row(), proof=NumberProof.SCANNED)

    assert one.verdict == Verdict.DECIDE


def test_a_row_joins_the_kept_record_of_a_merged_one(world: World, known: Citizen):
    kept = Citizen.objects.create(full_name="Hoàng Ngân", date_of_birth=date(1971, 11, 25))
    Citizen.objects.filter(pk=known.pk).update(merged_into=kept)

    [one] = tried(world, row())

    assert one.citizen_id == kept.pk


@pytest.mark.parametrize(
    ("facts", "verdict", "found"),
    [
        ({}, Verdict.ON_RECORD, set()),
        ({"lot": ""}, Verdict.ON_RECORD, set()),
        ({"lot": "abx9999"}, Verdict.UPDATE, set()),
        ({"position": "Mũi 2"}, Verdict.UPDATE, {"position.position_gap"}),
        (
            {"given_on": "28/08/2021"},
            Verdict.NEW,
            {"position.position_taken", "given_on.too_near"},
        ),
        ({"given_on": "27/11/2021", "position": "2"}, Verdict.NEW, set()),
        ({"given_on": "27/11/2021"}, Verdict.NEW, {"position.position_taken"}),
        (
            {"given_on": "27/11/2021", "position": "2", "vaccine": "Vero Cell"},
            Verdict.NEW,
            {"vaccine.other_vaccine"},
        ),
    ],
)
def test_a_dose_on_record_is_seen(world: World, known: Citizen, facts, verdict, found):
    record(
        citizen=known,
        vaccine=world.az,
        given_on=date(2021, 8, 27),
        organization=world.buoi,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
        lot="ABX1234",
    )

    [one] = tried(world, row(**facts))

    assert (one.verdict, codes(one)) == (verdict, found)


def test_a_dose_against_another_disease_neither_takes_a_position_nor_a_day(
    world: World, known: Citizen
):
    record(
        citizen=known,
        vaccine=Vaccine.objects.get(code="MR"),
        given_on=date(2021, 8, 27),
        organization=world.buoi,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )

    [one] = tried(world, row())

    assert (one.verdict, one.has_warning, codes(one)) == (Verdict.NEW, False, set())


def test_a_dose_of_the_same_day_abroad_is_on_record_and_not_written_here(
    world: World, known: Citizen
):
    record(
        citizen=known,
        vaccine=world.az,
        given_on=date(2021, 8, 27),
        organization=None,
        abroad=Abroad("TH"),
        provenance=Dose.Provenance.ABROAD,
        by=None,
    )

    [one] = tried(world, row())

    assert one.verdict == Verdict.ON_RECORD


def test_the_same_dose_of_another_site_is_not_written_twice(world: World, known: Citizen):
    record(
        citizen=known,
        vaccine=world.az,
        given_on=date(2021, 8, 27),
        organization=world.quang_an,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )

    [one] = tried(world, row())

    assert (one.verdict, codes(one)) == (Verdict.ON_RECORD, {"given_on.elsewhere"})


def test_rows_that_say_the_same_are_written_once(world: World):
    first, again, second = tried(
        world, row(), row(lot="KHAC"), row(position="2", given_on="1/11/2021")
    )

    assert [one.verdict for one in (first, again, second)] == ["new", "error", "new"]
    assert again.findings == ["line|duplicate|2"]
    assert first.person_key == second.person_key


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([row(position="2")], [{"position.position_gap"}]),
        # Wherever the dose before stands in the file.
        ([row(position="2", given_on="1/11/2021"), row()], [set(), set()]),
        (
            [row(position="2", given_on="30/8/2021"), row()],
            [{"given_on.too_near"}, {"given_on.too_near"}],
        ),
        ([row(born="25/11/2011", id_number="", phone="")], [{"vaccine.not_for_this_age"}]),
        ([row(lot="KHAC1")], [{"lot.lot_not_received"}]),
        ([row(lot="abx1234", vaccine="Pfizer")], [{"lot.lot_of_other_vaccine"}]),
    ],
)
def test_a_row_is_doubted_by_the_rules_that_a_recorded_dose_is(world: World, rows, found):
    sessions.receive_lot(
        world.buoi, world.az, "ABX1234", received_on=date(2021, 8, 1), by=world.user("minh")
    )

    tried_rows = tried(world, *rows)

    assert [codes(one) for one in tried_rows] == found
    assert all(one.verdict == Verdict.NEW for one in tried_rows)


def test_doubts_about_a_person_begin_when_somebody_has_decided_who_it_is(
    world: World, known: Citizen
):
    record(
        citizen=known,
        vaccine=world.az,
        given_on=date(2021, 8, 20),
        organization=world.buoi,
        provenance=Dose.Provenance.SITE_ENTRY,
        by=None,
    )
    checked = check(send(world, [row(name="Hoàng Thị Ngân", position="2")]))
    [waiting] = checked.rows.all()
    assert (waiting.verdict, waiting.doubts) == (Verdict.DECIDE, [])

    deciding.decide(checked, {waiting.person_key: str(known.pk)}, by=world.user("minh"))

    [decided] = checked.rows.all()
    assert (decided.verdict, codes(decided)) == (Verdict.NEW, {"given_on.too_near"})
    checked.refresh_from_db()
    assert checked.counts == {"new": 1, "warning": 1}


def test_two_people_of_a_file_do_not_share_a_number(world: World):
    first, other = tried(world, row(), row(name="Lý Thị Khác", given_on="28/08/2021"))

    assert (first.verdict, other.verdict) == (Verdict.NEW, Verdict.ERROR)
    assert other.findings == ["id_number|two_people|2"]


def test_nobody_enters_doses_of_their_own_family(world: World):
    own = Citizen.objects.create(
        full_name="Phạm Thị Minh",
        date_of_birth=date(1990, 1, 1),
        id_number=world.user("minh").identities.get().id_number,
    )
    writing.write([own])

    [one] = tried(world, row(name="Phạm Thị Minh", born="01/01/1990", id_number=own.id_number))

    assert one.verdict == Verdict.ERROR
    assert "full_name.own" in codes(one)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"name": ""}, "full_name.missing"),
        ({"name": "An 3"}, "full_name.name_signs"),
        ({"name": "=HYPERLINK(1)"}, "full_name.formula"),
        ({"born": "31/02/1980"}, "born.no_date"),
        ({"born": "2999-01-01"}, "born.future"),
        ({"id_number": "1,09012E+11"}, "id_number.rounded"),
        ({"id_number": "12345"}, "id_number.no_number"),
        ({"vaccine": "Panadol"}, "vaccine.no_vaccine"),
        ({"vaccine": ""}, "vaccine.missing"),
        ({"position": "4"}, "position.no_position"),
        ({"position": ""}, "position.missing"),
        ({"given_on": "27/08/2020"}, "given_on.before_first"),
        ({"given_on": "8/2021"}, "given_on.no_day"),
        ({"given_on": "hôm qua"}, "given_on.no_date"),
        ({"born": "28/08/2021"}, "given_on.before_birth"),
    ],
)
def test_a_row_with_an_error_is_left_out_with_its_reason(world: World, facts, found):
    [one] = tried(world, row(**facts))

    assert one.verdict == Verdict.ERROR
    assert found in codes(one)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"id_number": "1171005566"}, "id_number.zeros"),
        ({"id_number": "79171005566"}, "id_number.zeros"),
        ({"born": "25/11/1972"}, "id_number.other_year_or_sex"),
        ({"sex": "Nam"}, "id_number.other_year_or_sex"),
        ({"sex": "khác"}, "sex.no_sex"),
        ({"phone": "12"}, "phone.no_phone"),
    ],
)
def test_what_is_odd_is_warned_of_and_written(world: World, facts, found):
    [one] = tried(world, row(**facts))

    assert (one.verdict, one.has_warning) == (Verdict.NEW, True)
    assert found in codes(one)


def test_the_counts_of_a_trial_say_what_would_become_of_the_rows(world: World, known: Citizen):
    done = check(send(world, [row(), row(sex="?", given_on="1/11/2021", position=2), row(name="")]))

    assert done.state == "checked"
    assert done.counts == {"new": 2, "error": 1, "warning": 1}
    assert (done.total, done.done) == (3, 3)


def test_a_workbook_is_tried_as_a_csv_file_is(world: World, known: Citizen):
    lines = [row(id_number=1171005566, phone=905111222), row(name="")]
    [one, bad] = check(send(world, lines, as_xlsx=True)).rows.order_by("line")

    assert (one.citizen_id, one.phone, codes(one)) == (
        known.pk,
        "+84905111222",
        {"id_number.zeros"},
    )
    assert bad.verdict == Verdict.ERROR
