"""Reports that came by other channels: tried row by row, made into cases once, taken back whole."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from citizens.models import Citizen, RecordVisit
from corrections import actions, history, outbox
from corrections.actions.by_office import WorkBegun, take_back_filed
from corrections.models import Correction, Filing, OutboxRow
from counter import letters
from counter.reports import applying, deciding, running
from counter.reports.models import ReportFile
from messaging.models import Message
from organizations.models import Membership
from recording.imports.deciding import NoSuchChoice
from tests.cases import colleague, file_one
from tests.counter.reports.scene import by_line, check, codes, record, row, send, work, wrong
from tests.world import World, dose
from vaxreg import db_time

pytestmark = pytest.mark.django_db
TOMORROW = f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}"
# What a line says, what becomes of it, and what is found in it.
ROWS: list[tuple[list[Any], str, list[str]]] = [
    (row(), "new", []),
    (row(), "error", ["line.duplicate"]),
    (row(position="2", given_on=""), "new", []),
    (row(position="3", site="Trạm xá Không Có"), "new", ["site.no_site"]),
    (row(position="Nhắc lại 2", given_on="10/2021"), "new", []),
    (row(channel="Fax"), "error", ["channel.no_channel"]),
    (row(told_on=TOMORROW), "error", ["told_on.future"]),
    (row(told_on="01/02/2021"), "error", ["told_on.before_start"]),
    (row(what="Hỏi thăm"), "error", ["what.no_kind"]),
    (row(position="", given_on=""), "error", ["position.no_dose_named"]),
    (row(position="Nhắc lại 3", vaccine="Nước cất"), "error", ["vaccine.no_vaccine"]),
    (wrong(), "new", []),
    (wrong(fact="Số lô; Ngày tiêm"), "error", ["right.not_as_many"]),
    (wrong(fact="Số lô; Họ tên", right="ABX1; Nguyễn Thị Lân"), "error", ["field.both"]),
    (wrong(fact="Màu sắc"), "error", ["field.no_fact"]),
    (wrong(fact="", right=""), "error", ["field.missing"]),
    (wrong(fact="Vắc xin", right="Nước cất"), "error", ["right.no_vaccine"]),
    (wrong(position=""), "error", ["position.which_dose"]),
    (wrong(position="3"), "error", ["position.no_dose"]),
    (wrong(fact="Vắc xin", right="AstraZeneca"), "error", ["right.same"]),
    (wrong(fact="Họ tên; Giới tính", right="Nguyễn Thị Lân; Nữ"), "new", []),
    (
        wrong(name="Vũ Văn Lạ", born="01/02/1950", id_number="001050009999"),
        "decide",
        ["full_name.nobody"],
    ),
    (row(id_number="", phone="0912345678"), "decide", ["full_name.near"]),
    (row(name="Trần Văn Bình", born="", id_number=""), "error", ["born.missing"]),
]


def test_each_row_is_judged_by_itself_by_the_record_and_by_the_rows_before_it(world: World):
    first = dose(world)

    sent = check(send(world, [line for line, _verdict, _found in ROWS]))

    rows = by_line(sent)
    for number, (line, verdict, found) in enumerate(ROWS, start=2):
        assert (rows[number].verdict, codes(rows[number])) == (verdict, found), line
    assert sent.counts == {"new": 6, "error": 16, "decide": 2}
    assert rows[13].dose == first
    assert rows[22].proposed == {"full_name": "Nguyễn Thị Lân", "sex": "female"}
    assert not Filing.objects.exists()


def test_a_row_becomes_a_case_as_at_the_counter_and_its_clock_starts_when_it_is_recorded(
    world: World,
):
    lan = world.citizens["lan"]
    dose(world)
    before = db_time.now()

    sent = record(
        check(send(world, [row(), wrong(), wrong(fact="Họ tên", right="Lê Thị Lan")])), world
    )

    rows = by_line(sent)
    missing, lot, _name = (rows[line].correction for line in (2, 3, 4))
    assert missing is not None
    assert lot is not None
    assert (missing.filing.channel, missing.filing.office) == ("letter", world.tay_ho)
    assert (missing.named_site, missing.filing.words) == (world.buoi, "Tôi tiêm ở sân trường.")
    assert missing.received_at >= before
    assert missing.due_at - missing.received_at == timedelta(hours=48)
    assert (missing.filing.told_shown, lot.filing.told_shown) == ("25/10/2021", "14:30 25/10/2021")
    # Who wrote a letter without a number is answered by letter, whatever the record says.
    assert (missing.filing.contact_phone, lot.filing.contact_phone) == ("", lan.phone)
    event = missing.events.get(step="file")
    assert (event.party, event.by, event.organization) == (
        "reviewer",
        world.user("huong"),
        world.tay_ho,
    )
    assert sent.counts == {"filed": 3}

    case = actions.route(missing)
    actions.ask(case, by=world.user("minh"), question="Ai đi cùng bà?")

    assert [one.pk for one in letters.waiting(world.user("huong"))] == [case.pk]
    assert letters.waiting(world.user("duc")) == []


def test_what_is_open_already_is_not_filed_twice_whenever_it_was_opened(world: World):
    known = file_one(world)
    sent = check(
        send(world, [wrong(given_on=f"{known.dose.given_on:%d/%m/%Y}"), row(), row(position="3")])
    )
    rows = by_line(sent)
    assert (rows[2].verdict, rows[2].findings) == ("on_record", [f"line|open|{known.reference}"])

    other = check(send(world, [row()], office=world.buoi, who="minh"))
    record(other, world, who="minh")
    record(sent, world)

    rows = by_line(sent)
    filed = by_line(other)[2].correction
    assert (rows[3].verdict, rows[3].findings) == ("on_record", [f"line|open|{filed.reference}"])
    assert rows[4].verdict == "filed"


def test_a_worker_that_dies_loses_nothing_and_files_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "CHUNK", 1)
    sent = check(send(world, [row(), row(position="1"), row(position="2")]))
    real, calls = applying.filing.file, iter(range(10))

    def dies_at_the_second(**more: Any) -> Filing:
        if next(calls) == 1:
            real(**more)
            raise SystemExit
        return real(**more)

    monkeypatch.setattr(applying.filing, "file", dies_at_the_second)
    with pytest.raises(SystemExit):
        record(sent, world)
    assert Filing.objects.count() == 1

    while running.next_piece(sent.pk):
        pass
    sent.refresh_from_db()

    assert (sent.state, sent.done, sent.counts) == ("applied", 3, {"filed": 3})
    assert Correction.objects.count() == 3


def test_undoing_withdraws_what_nobody_has_begun_and_names_the_rest(world: World):
    sent = record(check(send(world, [row(phone="0905111222"), row(position="1")])), world)
    touched = actions.route(by_line(sent)[3].correction)
    actions.pick_up(touched, by=world.user("minh"))
    actions.route(by_line(sent)[2].correction)

    running.undo(sent, by=world.user("huong"))
    work(sent)

    rows = by_line(sent)
    assert (sent.state, sent.counts) == ("undone", {"withdrawn": 1, "filed": 1})
    assert (rows[2].correction.status, rows[3].correction.status) == ("withdrawn", "in_review")
    assert codes(rows[3]) == ["line.begun"]
    event = rows[2].correction.events.get(step="withdraw")
    assert (event.by, event.organization, event.party) == (
        world.user("huong"),
        world.tay_ho,
        "reviewer",
    )
    titles = [line.title for line in history.entries(rows[2].correction, history.Audience.CITIZEN)]
    assert str(history.TITLES_BY_BASIS["by_office"]) in titles
    for errand in OutboxRow.objects.filter(event=event):
        outbox.do(errand.pk)
    told = Message.objects.get(purpose="correction.withdrawn")
    assert (told.recipient, rows[2].correction.reference in told.text) == ("+84905111222", True)
    with pytest.raises(PermissionDenied):
        take_back_filed(rows[3].correction, by=world.user("tuan"), why="", data={})
    with pytest.raises(WorkBegun):
        take_back_filed(rows[3].correction, by=world.user("huong"), why="", data={})


def test_who_has_left_the_office_files_nothing_more_and_a_colleague_goes_on(world: World):
    sent = check(send(world, [row(), row(position="1")], office=world.buoi, who="minh"))
    running.apply(sent, by=world.user("minh"))
    running.next_piece(sent.pk)
    Membership.objects.filter(user=world.user("minh")).update(until=db_time.now())

    work(sent)
    assert (sent.state, sent.counts) == ("applied", {"filed": 1, "new": 1})

    running.apply(sent, by=colleague(world))
    work(sent)
    assert sent.counts == {"filed": 2}


def test_a_clerk_decides_whose_row_it_is_and_somebody_unknown_gets_a_record(world: World):
    nobody = {"name": "Vũ Văn Lạ", "born": "01/02/1950", "id_number": "", "phone": "0905111222"}
    near = row(id_number="", phone="0912345678")
    sent = check(send(world, [near, row(**nobody), row(**nobody, position="1"), wrong(**nobody)]))
    huong, lan = world.user("huong"), world.citizens["lan"]
    first, second = deciding.doubts(sent, by=huong)
    assert [one.citizen for one in first.candidates] == [lan]
    assert (second.candidates, second.may_be_new) == ([], False)
    assert RecordVisit.objects.filter(citizen=lan, user=huong).exists()
    key = second.person.person_key
    with pytest.raises(NoSuchChoice):
        deciding.decide(sent, {key: "new"}, by=huong)
    sent.rows.filter(line=5).update(verdict="skipped")

    deciding.decide(sent, {first.person.person_key: str(lan.pk), key: "new"}, by=huong)
    record(sent, world)

    rows = by_line(sent)
    assert [rows[line].verdict for line in (2, 3, 4)] == ["filed", "filed", "filed"]
    assert rows[2].citizen == lan
    made = Citizen.objects.get(full_name="Vũ Văn Lạ")
    assert (rows[3].citizen, rows[4].citizen) == (made, made)


def test_files_are_those_of_the_office_and_are_forgotten_after_a_month(world: World):
    sent = record(check(send(world, [row()])), world)

    seen = {
        who: ReportFile.objects.visible_to(world.user(who)).exists()
        for who in ("huong", "minh", "duc", "phuc", "mai", "lan")
    }
    assert seen == {who: who == "huong" for who in seen}
    with db_time.at(db_time.now() + timedelta(days=31)):
        running.forget()
    kept = sent.rows.get()
    assert (kept.full_name, kept.words, kept.proposed, kept.number) == ("", "", {}, None)
    assert (kept.correction is not None, sent.parts.exists()) == (True, False)
