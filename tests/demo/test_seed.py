"""The demo: it shows what its pages are about, and leaves alone what people did in it."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from corrections.models import Correction, OutboxRow
from demo import country, earlier_months, people, seed
from messaging.actions import send
from messaging.models import Message, State
from organizations.models import Membership, Organization
from oversight import morning_report, silence
from public_statistics import publish
from public_statistics.models import PublishedFigures
from reporting.measures import HERE
from tests.cases import file_one, make_overdue
from tests.pages import in_english
from tests.world import World
from vaxreg import db_time


@pytest.fixture
def rested(world: World, monkeypatch) -> World:
    """A demo that was built before, and is started again."""
    monkeypatch.setattr(seed, "_has_current_cases", lambda: True)
    return world


def waiting(**more: object) -> Message:
    message = send(
        purpose="test", channel="email", recipient="lan@example.vn", text="words", **more
    )
    Message.objects.filter(pk=message.pk).update(
        state=State.WAITING, sent_at=None, accepted_at=None
    )
    return Message.objects.get(pk=message.pk)


def as_stored(message: Message) -> dict[str, object]:
    return dict(Message.objects.filter(pk=message.pk).values().get())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"may_wait": True},
        {"digest": "reminders"},
        {"useless_after": datetime(2100, 1, 1, tzinfo=HERE)},
        {"is_secret": True},
    ],
)
def test_a_message_that_waits_is_left_as_it_is(rested: World, more: dict[str, object]):
    with db_time.at(db_time.now() - timedelta(hours=5)):
        message = waiting(**more)
    before = as_stored(message)

    seed.seed()

    assert as_stored(message) == before


@pytest.mark.parametrize("state", [State.FAILED, State.GIVEN_UP])
def test_a_message_that_failed_is_left_as_it_is(rested: World, state: State):
    message = waiting()
    given_up_at = db_time.now() if state == State.GIVEN_UP else None
    Message.objects.filter(pk=message.pk).update(state=state, given_up_at=given_up_at)
    before = as_stored(message)

    seed.seed()

    assert as_stored(message) == before


def test_what_somebody_did_just_before_the_start_is_told_and_not_only_called_told(rested: World):
    with db_time.at(db_time.now() - timedelta(minutes=2)):
        case = file_one(rested)
    assert OutboxRow.objects.filter(done_at=None).exists()

    seed.seed()

    told = Message.objects.filter(text__contains=case.reference)
    assert {one.state for one in told} == {State.WAITING}
    assert not OutboxRow.objects.filter(done_at=None).exists()


def test_what_fell_due_while_the_demo_rested_is_dated_then_and_does_not_go_out_late(rested: World):
    case = make_overdue(file_one(rested), hours=60)
    OutboxRow.objects.update(done_at=db_time.now())

    seed.seed()

    told = Message.objects.get(purpose="correction.escalate")
    assert told.state == State.SENT
    assert told.sent_at == told.created_at
    assert case.due_at < told.created_at < case.due_at + timedelta(minutes=5)


def test_a_second_start_changes_nothing(rested: World):
    seed.seed()
    figures = list(PublishedFigures.objects.values_list("pk", flat=True))
    messages = list(Message.objects.order_by("pk").values())

    assert seed.seed() == "the demo district is there"

    assert list(PublishedFigures.objects.values_list("pk", flat=True)) == figures
    assert list(Message.objects.order_by("pk").values()) == messages


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        (date(2026, 11, 29), date(2026, 10, 1)),
        (date(2026, 12, 3), date(2026, 10, 1)),
        (date(2027, 1, 25), date(2026, 12, 1)),
        (date(2027, 3, 1), date(2027, 1, 1)),
    ],
)
def test_six_months_are_published_before_the_first_case_of_the_demo(
    world: World, today: date, newest: date
):
    with db_time.at(datetime(today.year, today.month, today.day, 12, tzinfo=HERE)):
        earlier_months.publish_earlier_months()

    months = publish.months()
    assert len(months) == 6
    assert months[0] == newest
    assert months == sorted(months, reverse=True)


def test_the_page_of_the_statistics_shows_them(world: World):
    earlier_months.publish_earlier_months()
    newest = publish.months()[0]
    line = PublishedFigures.objects.get(month=newest, part="province")

    page = Client().get("/statistics/?lang=en").text

    assert "No month has been published yet" not in page
    assert line.area_name.removeprefix("Thành phố ") in page
    assert PublishedFigures.objects.filter(published_at__gt=db_time.now()).count() == 0


def test_months_that_were_published_for_real_are_not_added_to(world: World):
    PublishedFigures.objects.create(
        month=date(2026, 9, 1), part="country", received=100, decided=90
    )

    assert earlier_months.publish_earlier_months() == []

    assert publish.months() == [date(2026, 9, 1)]


def test_somebody_works_everywhere_but_where_the_story_is_that_nobody_does(
    world: World, monkeypatch
):
    monkeypatch.setattr(country, "UNATTENDED", (world.quang_an.name,))

    country.write_staff()
    silence.refresh()

    able = Organization.objects.able_to_receive()
    assert set(Organization.objects.exclude(pk__in=able.values("pk"))) == {world.quang_an}
    alarms = silence.Silence.objects.filter(reason=silence.Reason.NOT_INVITED)
    assert [one.organization for one in alarms] == [world.quang_an]


def test_who_worked_somewhere_before_still_works_there_alone(world: World):
    country.write_staff()

    there = Membership.objects.filter(organization=world.buoi)
    assert [one.user for one in there] == [world.user("minh")]


def test_the_extras_get_no_morning_report_and_have_no_code_on_the_demo_page(world: World):
    Membership.objects.filter(organization=world.dong_da).delete()
    country.write_staff()
    extra = Membership.objects.get(organization=world.dong_da).user
    morning = datetime.combine(
        db_time.now().astimezone(HERE).date(), morning_report.SENT_FROM, HERE
    )

    with db_time.at(morning):
        morning_report.send_reports()

    mails = Message.objects.filter(purpose=morning_report.PURPOSE)
    assert mails.exists()
    assert not mails.filter(user=extra).exists()
    assert str(extra.email) not in Client().get("/demo/second-factors/").text


def test_after_weeks_of_rest_nobody_is_called_silent(rested: World):
    country.write_staff()
    User.objects.filter(email__endswith=people.DOMAIN).update(
        last_login=db_time.now() - timedelta(days=30)
    )

    seed.seed()

    extras = Membership.objects.filter(user__email__endswith=people.DOMAIN)
    silent = silence.Silence.objects.filter(reason=silence.Reason.NO_SIGN_IN)
    assert extras.exists()
    assert not silent.filter(organization__in=extras.values("organization")).exists()


def sign_in_page(client: Client | None = None) -> str:
    return in_english(client or Client()).get(reverse("accounts:staff_sign_in")).text


@pytest.fixture
def cast(world: World, monkeypatch) -> World:
    """Two of the demo's staff, at organizations of the tests."""
    places = {"Trạm Y tế Phường Bưởi": world.buoi, "Trung tâm Y tế Quận Tây Hồ": world.tay_ho}
    monkeypatch.setattr(people, "named", lambda name: places[name])
    monkeypatch.setattr(
        people, "STAFF", [one for one in people.STAFF if one.key in ("thu", "huong")]
    )
    people.staff()
    return world


@pytest.mark.parametrize(
    ("email", "words", "place"),
    [
        ("thu@demo.sotiem.vn", "Ngô Thị Thu – Reviewer", "buoi"),
        ("huong@demo.sotiem.vn", "Đỗ Thu Hương – Health officer", "tay_ho"),
    ],
)
def test_the_sign_in_page_names_the_staff_and_what_they_sign_in_with(
    cast: World, email: str, words: str, place: str
):
    page = sign_in_page()

    assert email in page
    assert f"{words}, {getattr(cast, place).label}" in page
    assert people.PASSWORD in page
    assert reverse("accounts:demo_second_factors") in page


def test_what_the_sign_in_page_says_lets_them_in(cast: World):
    client = Client()

    answer = client.post(
        reverse("accounts:staff_sign_in"),
        {"email": "thu@demo.sotiem.vn", "password": people.PASSWORD},
    )

    assert answer.status_code == 302
    assert "thu@demo.sotiem.vn" in client.get("/demo/second-factors/").text


def test_without_demo_data_or_outside_a_demo_it_names_nobody(cast: World, settings):
    settings.DEMO = False
    outside = sign_in_page()
    settings.DEMO = True
    Membership.objects.filter(user__email__endswith=people.DOMAIN).update(until=db_time.now())
    without = sign_in_page()

    for page in (outside, without):
        assert people.PASSWORD not in page
        assert "demo.sotiem.vn" not in page


def test_no_case_is_changed_by_a_start(rested: World):
    case = file_one(rested)
    before = Correction.objects.filter(pk=case.pk).values().get()

    seed.seed()

    assert Correction.objects.filter(pk=case.pk).values().get() == before
