"""What waits for a health officer: it is listed with its clock, one press acts, and it is counted."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citizens.models import RecordLink
from corrections.models import Correction, CorrectionEvent
from oversight import waiting
from oversight.waiting import Kind
from review import notes
from tests.conftest import SignIn
from tests.pages import in_english, text_of
from tests.reporting.caseload import write_case
from tests.world import World
from vaxreg import db_time

HOUR = timedelta(hours=1)


@pytest.fixture
def huong(world: World, as_staff: SignIn) -> Client:
    return in_english(as_staff(world.user("huong")))


def ago(hours: int):
    return db_time.now() - hours * HOUR


def appeal(world: World, **changed: object) -> Correction:
    return write_case(world, world.tay_ho, ago(5), on_appeal=True, **changed)


def to_sign(world: World, holder=None, **changed: object) -> Correction:
    values = {
        "status": "to_countersign",
        "first_by": world.user("minh"),
        "pending": {"remark": "", "reasons": [], "own_papers": False, "values": {}},
    }
    return write_case(world, holder or world.buoi, ago(9), **values | changed)


def without_site(world: World, holder=None) -> Correction:
    values = {"triage_due_at": db_time.now() + HOUR}
    return write_case(world, holder or world.tay_ho, ago(3), **values)


def kinds_of(world: World, who: str = "huong") -> list[str]:
    return [item.kind.value for item in waiting.page_of(world.user(who), {}).items]


def test_each_kind_of_thing_is_listed_with_its_deadline_and_its_press(world: World, huong: Client):
    appealed, signed, unplaced = appeal(world), to_sign(world), without_site(world)
    own = write_case(world, world.tay_ho, ago(1))
    note = notes.write_note(world.tay_ho, by=world.user("phuc"), text="Xin gọi cho tôi.")

    page = huong.get("/oversight/")

    html, text = page.content.decode(), text_of(page)
    assert "Waiting for you (5)" in text
    assert f"/review/{appealed.reference}/pick-up/" in html
    assert f"/review/{own.reference}/pick-up/" in html
    assert f"/oversight/cases/{signed.reference}/" in html
    assert f"/pool/route/?case={unplaced.reference}" in html
    assert f"/review/notes/{note.public_id}/read/" in html
    assert "Xin gọi cho tôi." in text
    for words in ("Appeals 1", "Second signatures 1", "Without a site 1", "Notes to read 1"):
        assert words in text
    items = waiting.first_of(world.user("huong")).items
    # The note was written now; after it the site must be found, before any answer is due.
    assert [item.kind for item in items][:2] == [Kind.NOTE, Kind.POOL]
    assert [item.at for item in items] == sorted(item.at for item in items)


def test_one_press_takes_the_case_to_decide_it(world: World, huong: Client):
    case = appeal(world)

    answer = huong.post(f"/review/{case.reference}/pick-up/", {"version": str(case.version)})

    case.refresh_from_db()
    assert answer.headers["Location"] == f"/review/{case.reference}/"
    assert (case.status, case.reviewer) == ("in_review", world.user("huong"))


def test_a_note_that_was_read_is_gone_and_the_officer_stays_on_the_page(
    world: World, huong: Client
):
    note = notes.write_note(world.tay_ho, by=world.user("phuc"), text="Xin gọi cho tôi.")
    read = f"/review/notes/{note.public_id}/read/"

    answer = huong.post(read, {"next": "/oversight/"})
    elsewhere = huong.post(read, {"next": "https://example.com/"})

    assert answer.headers["Location"] == "/oversight/"
    assert elsewhere.headers["Location"] == "/review/"
    assert waiting.first_of(world.user("huong")).count == 0


def test_where_nothing_waits_the_page_says_so(world: World, huong: Client):
    assert "Nothing waits for you." in text_of(huong.get("/oversight/"))
    assert "Nothing waits for you." in text_of(huong.get("/oversight/waiting/"))


def make_own(world: World, case: Correction) -> None:
    RecordLink.objects.create(
        user=world.user("huong"),
        citizen=case.citizen,
        relation="self",
        basis="staff",
        opened_at=db_time.now(),
        confirmed_at=db_time.now(),
    )


def decide_first(world: World, case: Correction) -> None:
    CorrectionEvent.objects.create(
        correction=case,
        step="refuse",
        from_status="queued",
        to_status="refused",
        by=world.user("huong"),
        party="reviewer",
        organization=world.tay_ho,
        holder=world.tay_ho,
        at=ago(20),
    )


@pytest.mark.parametrize(
    "hidden",
    [
        lambda world: to_sign(world, first_by=world.user("huong")),
        lambda world: to_sign(world, holder=world.lang_thuong),
        lambda world: without_site(world, world.buoi),
        lambda world: write_case(world, world.buoi, ago(60)),
        lambda world: write_case(world, world.tay_ho, ago(60), decided_at=ago(2)),
        lambda world: write_case(
            world,
            world.tay_ho,
            ago(9),
            status="in_review",
            reviewer=world.user("minh"),
            picked_up_at=db_time.now(),
        ),
        lambda world: decide_first(world, appeal(world)),
    ],
    ids=[
        "decided by the officer before",
        "of another district",
        "in the pool of a site",
        "overdue at a site",
        "decided",
        "with a colleague",
        "an appeal against the officer",
    ],
)
def test_what_the_officer_cannot_act_on_does_not_wait(world: World, hidden):
    hidden(world)

    assert kinds_of(world) == []
    assert waiting.first_of(world.user("huong")).count == 0


def test_a_case_that_the_officer_has_taken_leads_back_to_it(world: World):
    case = appeal(world, status="in_review", reviewer=world.user("huong"), picked_up_at=ago(0))

    [item] = waiting.first_of(world.user("huong")).items

    assert (item.url, item.take_url) == (f"/review/{case.reference}/", "")


def test_a_province_signs_for_what_is_directly_below_it_and_not_for_the_sites_of_its_districts(
    world: World,
):
    to_sign(world)
    hospital = to_sign(world, holder=world.hospital)

    found = waiting.page_of(world.user("phuc"), {}).items

    assert [item.case for item in found] == [hospital]


def test_a_long_list_is_read_page_by_page_and_by_kind(world: World, huong: Client):
    for _number in range(30):
        write_case(world, world.tay_ho, ago(5))
    appealed = appeal(world)

    first = waiting.page_of(world.user("huong"), {})
    second = waiting.page_of(world.user("huong"), {"after": first.after})
    only = waiting.page_of(world.user("huong"), {}, Kind.APPEAL)

    assert first.count == second.count == 31
    assert (len(first.items), len(second.items), second.after) == (25, 6, "")
    assert [item.case for item in only.items] == [appealed]
    assert "All 31 that wait for you" in text_of(huong.get("/oversight/"))
    assert huong.get("/oversight/waiting/?kind=desk&after=nonsense").status_code == 200
    assert huong.get("/oversight/waiting/?kind=nonsense").status_code == 404


def test_nobody_else_has_things_that_wait(world: World, django_assert_num_queries):
    to_sign(world)

    with django_assert_num_queries(1):
        assert waiting.first_of(world.user("minh")).count == 0


def test_the_page_takes_as_many_queries_for_many_things_as_for_few(world: World, huong: Client):
    few = queries_for(world, huong)

    assert queries_for(world, huong) == few


def queries_for(world: World, huong: Client) -> int:
    for _number in range(3):
        appeal(world)
        to_sign(world)
        without_site(world)
    huong.get("/oversight/waiting/")
    with CaptureQueriesContext(connection) as captured:
        huong.get("/oversight/waiting/")
    return len(captured)
