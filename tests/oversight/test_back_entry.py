"""How far each part of the country is with back entry, and letters to those behind."""

from datetime import date, timedelta

import pytest
from django.test import Client

from messaging.models import Message
from organizations.models import Membership, Organization
from organizations.scope import Scope
from oversight.back_entry import broadcasts, progress
from oversight.back_entry.broadcasts import Letter
from oversight.back_entry.models import Broadcast, BroadcastSite
from recording.models import Deadline
from recording.site_days import fold, stating
from review import notes
from review.models import OfficerNote
from tests import world as worlds
from tests.conftest import SignIn
from tests.factories.accounts import staff_user
from tests.pages import in_english, text_of
from tests.world import World
from vaxreg import db_time

pytestmark = pytest.mark.django_db

DAY = date(2021, 8, 29)
DUE = date(2021, 9, 20)
TEXT = "Xin nhập cho xong trong tuần này."


@pytest.fixture
def deadline(world: World) -> Deadline:
    """Buoi has entered 1 of 4, Láng Thượng 1 of 1; Quảng An has said nothing."""
    set_by = world.user("phuc")
    found = stating.set_deadline(DUE, DUE, "7229/BYT-VPB1", binds=world.ministry, by=set_by)
    worlds.dose(world)
    worlds.dose(world, "binh", organization=world.lang_thuong)
    stating.state_given(world.buoi, DAY, 4, by=world.user("minh"))
    stating.state_given(world.lang_thuong, DAY, 1, by=world.user("tuan"))
    stating.state_given(world.buoi, date(2021, 12, 1), 7, by=world.user("minh"))
    fold.update_sums()
    return found


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


def letter(world: World, deadline: Deadline, under: Organization | None = None) -> Letter:
    return Letter(deadline, under or world.tay_ho, 90, uncounted=False)


def sent(world: World, deadline: Deadline) -> BroadcastSite:
    """The letter of Hương to Bưởi, written by the worker."""
    made = broadcasts.send(letter(world, deadline), TEXT, by=world.user("huong"))
    broadcasts.send_due()
    return made.sites.get()


def later(row: BroadcastSite, hours: int) -> None:
    """Let the letter have been read by nobody for so long: notes are append-only."""
    asked = db_time.now() - timedelta(hours=hours)
    BroadcastSite.objects.filter(pk=row.pk).update(remind_asked_at=asked, reminded_at=asked)


def test_each_level_is_the_sum_of_the_next(world: World, deadline: Deadline):
    country = progress.progress(Scope((world.ministry,)), deadline)
    province = progress.progress(Scope((world.so_y_te,)), deadline)
    district = progress.progress(Scope((world.tay_ho,)), deadline)

    assert [row.organization for row in country.rows] == [world.so_y_te]
    assert [row.organization for row in province.rows] == [world.tay_ho, world.dong_da]
    assert [row.organization for row in district.rows] == [world.buoi]
    assert (country.total.covered, country.total.given, country.total.behind) == (2, 5, 1)
    assert sum(row.sums.given for row in province.rows) == province.total.given == 5
    assert province.rows[0].sums == district.total
    # Quảng An, the hospital, and the two centres, which may give doses too.
    assert country.uncounted == 4


def test_the_page_leads_down_and_a_site_shows_its_days(
    world: World, deadline: Deadline, as_staff: SignIn
):
    phuc = in_english(as_staff(world.user("phuc")))

    page = phuc.get("/oversight/back-entry/")
    below = phuc.get("/oversight/back-entry/", {"under": str(world.tay_ho.public_id)})
    site = phuc.get(f"/oversight/back-entry/sites/{world.buoi.public_id}/")

    assert f"under={world.tay_ho.public_id}" in page.content.decode()
    assert "40% Entered 2 of 5" in text_of(page)
    assert "25% Entered 1 of 4" in text_of(below)
    assert f"/back-entry/sites/{world.buoi.public_id}/" in below.content.decode()
    assert "29/08/2021 4 1 0 3" in text_of(site)
    everything = text_of(phuc.get("/oversight/back-entry/?deadline=all"))
    assert "16% Entered 2 of 12" in everything


def test_the_file_has_the_rows_of_the_page(world: World, deadline: Deadline, huong: Client):
    lines = huong.get("/oversight/back-entry/back-entry.csv").content.decode().splitlines()

    assert len(lines) == 2
    assert lines[1].startswith(f"{world.buoi.name},TYT-00109,")


def test_the_ministry_sets_deadlines_and_takes_them_back(world: World, as_staff: SignIn):
    minister = staff_user(email="le@example.vn", full_name="Lê Thị Lệ")
    Membership.objects.create(
        user=minister, organization=world.ministry, role="officer",
        since=db_time.now() - worlds.LONG_AGO,
    )  # fmt: skip
    client = as_staff(minister)
    page = "/oversight/back-entry/deadlines/"
    wrong = {"due_on": "20/09/2021", "given_until": "21/09/2021", "source": "7229/BYT-VPB1"}

    assert client.post(page, wrong).status_code == 422
    assert client.post(page, {**wrong, "given_until": "20/09/2021"}).status_code == 302
    assert client.post(page, {**wrong, "given_until": "20/09/2021"}).status_code == 422
    made = Deadline.objects.get()
    assert (made.due_on, made.binds, made.by) == (DUE, world.ministry, minister)

    client.post(f"{page}{made.public_id}/withdraw/")

    assert not Deadline.objects.in_force().exists()


def test_an_officer_sees_who_gets_the_letter_before_it_is_sent(
    world: World, deadline: Deadline, huong: Client
):
    said = {"deadline": str(deadline.public_id), "below": "90", "text": TEXT}

    shown = huong.post("/oversight/back-entry/letters/new/", said)
    assert not Broadcast.objects.exists()
    assert "It goes to: 1 site, 1 person" in text_of(shown)
    assert "Trạm Y tế Phường Bưởi" in text_of(shown)
    more = huong.post("/oversight/back-entry/letters/new/", {**said, "uncounted": "on"})
    assert "It goes to: 2 sites, 1 person" in text_of(more)
    none = huong.post("/oversight/back-entry/letters/new/", {**said, "below": "20"})
    assert "No site is behind so far" in text_of(none)

    answer = huong.post("/oversight/back-entry/letters/new/", {**said, "confirmed": "1"})

    assert answer.url == f"/oversight/back-entry/letters/{Broadcast.objects.get().public_id}/"
    assert not OfficerNote.objects.exists(), "a worker writes them"


@pytest.mark.parametrize(
    "said", [{"below": "0"}, {"below": "many"}, {"deadline": "x"}, {"text": ""}, {"below": "101"}]
)
def test_a_letter_that_cannot_be_is_refused_beside_its_field(
    deadline: Deadline, huong: Client, said: dict[str, str]
):
    whole = {"deadline": str(deadline.public_id), "below": "90", "text": TEXT}

    assert huong.post("/oversight/back-entry/letters/new/", whole | said).status_code == 422


def test_the_site_gets_a_note_with_its_figures_and_an_email(world: World, deadline: Deadline):
    row = sent(world, deadline)

    assert row.note is not None
    assert row.note.organization == world.buoi
    assert (
        row.note.text
        == f"7229/BYT-VPB1, trước hết ngày 20/09/2021: đã nhập 1 trên 4 mũi.\n\n{TEXT}"
    )
    assert Message.objects.get(purpose="officer.note").user == world.user("minh")
    broadcasts.send_due()
    assert (
        OfficerNote.objects.count() == Message.objects.filter(purpose="officer.note").count() == 1
    )


def test_an_officer_sees_who_read_it_and_when(world: World, deadline: Deadline, huong: Client):
    row = sent(world, deadline)
    page = f"/oversight/back-entry/letters/{row.broadcast.public_id}/"
    assert "Trạm Y tế Phường Bưởi 1 of 4 Not read" in text_of(huong.get(page))

    assert row.note is not None
    notes.mark_read(row.note, by=world.user("minh"))

    assert "1 of 4 Phạm Thị Minh," in text_of(huong.get(page))
    assert broadcasts.receipts(row.broadcast).read == 1


def test_those_who_have_not_read_it_are_reminded_once_a_day(world: World, deadline: Deadline):
    row = sent(world, deadline)
    emails = Message.objects.filter(purpose="officer.note")
    assert broadcasts.remind(row.broadcast) == 0
    later(row, 25)

    assert broadcasts.remind(row.broadcast) == 1
    assert broadcasts.remind(row.broadcast) == 0
    broadcasts.send_due()

    assert emails.count() == 2
    later(row, 25)
    assert row.note is not None
    notes.mark_read(OfficerNote.objects.get(), by=world.user("minh"))
    assert broadcasts.remind(row.broadcast) == 0


def test_an_officer_who_left_writes_to_nobody(world: World, deadline: Deadline):
    made = broadcasts.send(letter(world, deadline), TEXT, by=world.user("huong"))
    Membership.objects.filter(user=world.user("huong")).update(until=db_time.now())

    broadcasts.send_due()

    assert made.sites.get().is_left_out
    assert not OfficerNote.objects.exists()
    assert broadcasts.send_due() == 0


def test_nobody_writes_to_an_area_that_is_not_theirs(
    world: World, deadline: Deadline, huong: Client
):
    said = {"deadline": str(deadline.public_id), "below": "90", "text": TEXT, "confirmed": "1"}
    elsewhere = f"/oversight/back-entry/letters/new/?under={world.dong_da.public_id}"

    assert huong.post(elsewhere, said).status_code == 404
    with pytest.raises(broadcasts.PermissionDenied):
        broadcasts.send(letter(world, deadline, world.dong_da), TEXT, by=world.user("huong"))
