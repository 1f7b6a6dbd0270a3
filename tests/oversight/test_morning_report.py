"""The morning report: who gets it, once, with the words of the report and links that open."""

import re
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from messaging import preferences
from messaging.models import Message
from organizations.models import Membership
from organizations.scope import Scope
from oversight import morning_report
from oversight.report.words import headline
from reporting import compute, daily_job
from reporting.measures import HERE
from tests.reporting.caseload import write_case
from vaxreg import db_time

HALF_PAST_SEVEN = datetime(2026, 11, 5, 7, 30, tzinfo=HERE)
HOUR = timedelta(hours=1)
OFFICERS = {"huong", "duc", "phuc"}


@pytest.fixture(autouse=True)
def long_at_work(world):
    Membership.objects.update(since=HALF_PAST_SEVEN - timedelta(days=400))


def send_at(moment: datetime) -> int:
    with db_time.at(moment):
        return morning_report.send_reports()


def mails() -> list[Message]:
    return list(Message.objects.filter(purpose=morning_report.PURPOSE).order_by("pk"))


def readers() -> set[str]:
    return {mail.recipient.partition("@")[0] for mail in mails()}


def make_late(world, organization, count: int, by: timedelta = HOUR) -> None:
    for _number in range(count):
        write_case(world, organization, HALF_PAST_SEVEN - timedelta(hours=48) - by)


def test_every_officer_gets_it_and_nobody_else(world):
    send_at(HALF_PAST_SEVEN)

    assert readers() == OFFICERS
    assert len(mails()) == len(OFFICERS)


@pytest.mark.parametrize(
    ("hour", "minute", "is_sent"),
    [(7, 29, False), (7, 30, True), (9, 59, True), (10, 0, False), (23, 0, False), (3, 0, False)],
)
def test_it_goes_out_in_the_morning_only_even_after_an_outage(world, hour, minute, is_sent):
    send_at(HALF_PAST_SEVEN.replace(hour=hour, minute=minute))

    assert bool(mails()) is is_sent


def test_each_gets_it_once_a_day_however_often_the_job_runs(world):
    first = send_at(HALF_PAST_SEVEN)
    again = send_at(HALF_PAST_SEVEN + timedelta(minutes=1))
    tomorrow = send_at(HALF_PAST_SEVEN + timedelta(days=1))

    assert (first, again, tomorrow) == (3, 0, 3)
    assert len(mails()) == 6


def test_two_jobs_that_both_find_somebody_waiting_write_one_message(world, monkeypatch):
    waiting = morning_report._waiting(HALF_PAST_SEVEN.date())
    monkeypatch.setattr(morning_report, "_waiting", lambda day: waiting)

    send_at(HALF_PAST_SEVEN)
    send_at(HALF_PAST_SEVEN)

    assert len(mails()) == 3


def test_who_was_suspended_left_refused_or_has_no_address_gets_none(world):
    for name, at in (("new", world.tay_ho), ("left", world.tay_ho), ("nomail", world.dong_da)):
        email = None if name == "nomail" else f"{name}@example.vn"
        phone = "+84912000111" if name == "nomail" else None
        user = User.objects.create_user(email=email, phone=phone, full_name=name)
        Membership.objects.create(
            user=user,
            organization=at,
            role=Membership.Role.OFFICER,
            since=HALF_PAST_SEVEN - timedelta(days=9),
            until=HALF_PAST_SEVEN - HOUR if name == "left" else None,
        )
    User.objects.filter(email="duc@example.vn").update(is_active=False)
    preferences.choose(world.user("phuc").pk, morning_report.PURPOSE, wanted=False)

    send_at(HALF_PAST_SEVEN)

    assert readers() == {"huong", "new"}


def test_it_says_the_sentence_of_the_report_and_the_worst_five(world):
    make_late(world, world.buoi, 3)
    make_late(world, world.quang_an, 2, by=timedelta(days=4))
    write_case(world, world.buoi, HALF_PAST_SEVEN - timedelta(hours=40))

    send_at(HALF_PAST_SEVEN)

    with db_time.at(HALF_PAST_SEVEN):
        sentence = headline(compute.report(Scope((world.tay_ho,))))
    text = next(mail.text for mail in mails() if mail.recipient.startswith("huong"))
    assert text.startswith(sentence)
    assert "1. Trạm Y tế Phường Bưởi: 3 quá hạn" in text
    assert "2. Trạm Y tế Phường Quảng An: 2 quá hạn, đều đã quá 3 ngày" in text
    assert "1 đề xuất sẽ đến hạn trong 12 giờ tới." in text


def test_no_more_than_five_are_named(world, monkeypatch):
    monkeypatch.setattr(morning_report, "MOST_NAMED", 1)
    make_late(world, world.buoi, 3)
    make_late(world, world.quang_an, 2)

    send_at(HALF_PAST_SEVEN)

    text = next(mail.text for mail in mails() if mail.recipient.startswith("huong"))
    assert "1. Trạm Y tế Phường Bưởi" in text
    assert "Quảng An" not in text


def test_on_a_morning_without_anything_late_it_says_so(world):
    send_at(HALF_PAST_SEVEN)

    mail = mails()[0]
    assert mail.subject.startswith("Không có đề xuất quá hạn")
    assert "Không có đề xuất nào đến hạn trong 12 giờ tới." in mail.text


def test_each_reads_it_in_their_language_with_a_link_of_their_own(world):
    User.objects.filter(email="duc@example.vn").update(language="en")

    send_at(HALF_PAST_SEVEN)

    texts = {mail.recipient: mail.text for mail in mails()}
    links = [re.findall(r"http\S+", text)[-1] for text in texts.values()]
    assert "Nothing is overdue." in texts["duc@example.vn"]
    assert "Nothing is overdue." not in texts["huong@example.vn"]
    assert len(set(links)) == 3


def test_its_links_open_for_its_reader(world, as_staff, settings):
    make_late(world, world.buoi, 2)
    send_at(HALF_PAST_SEVEN)
    daily_job.refresh()

    for name in ("huong", "phuc"):
        client = as_staff(world.user(name))
        text = next(mail.text for mail in mails() if mail.recipient.startswith(name))
        links = re.findall(rf"http://{settings.SITE_DOMAIN}(\S+)", text)
        assert len(links) >= 3
        assert {client.get(link).status_code for link in links} == {200}


def test_officers_of_one_organization_share_one_report(world, monkeypatch):
    colleague = User.objects.create_user(email="hai@example.vn", full_name="Hải")
    Membership.objects.create(
        user=colleague,
        organization=world.tay_ho,
        role=Membership.Role.OFFICER,
        since=HALF_PAST_SEVEN - timedelta(days=9),
    )
    computed = []
    computed_by = compute.report

    def counted(scope):
        computed.append(scope.tops[0].code)
        return computed_by(scope)

    monkeypatch.setattr(morning_report.compute, "report", counted)

    send_at(HALF_PAST_SEVEN)

    assert readers() == OFFICERS | {"hai"}
    assert sorted(computed) == ["SYT-01", "TTYT-003", "TTYT-006"]


def test_one_report_that_fails_stops_no_other_and_is_tried_again(world, monkeypatch):
    computed_by = compute.report

    def broken(scope):
        if scope.tops == (world.tay_ho,):
            raise RuntimeError("on purpose")
        return computed_by(scope)

    monkeypatch.setattr(morning_report.compute, "report", broken)
    send_at(HALF_PAST_SEVEN)
    first = readers()
    monkeypatch.undo()
    send_at(HALF_PAST_SEVEN + timedelta(minutes=1))

    assert first == {"duc", "phuc"}
    assert readers() == OFFICERS


def test_a_report_that_could_not_be_counted_is_not_sent_as_good_news(world, monkeypatch):
    def fails(*args):
        raise RuntimeError("on purpose")

    monkeypatch.setattr(compute, "_queue", fails)

    send_at(HALF_PAST_SEVEN)

    assert not mails()


def test_a_pass_that_runs_out_of_time_is_finished_by_the_next(world):
    with db_time.at(HALF_PAST_SEVEN):
        none = morning_report.send_reports(seconds=0)
        rest = morning_report.send_reports()

    assert (none, rest) == (0, 3)


def test_a_report_that_could_not_be_delivered_by_noon_is_of_no_use(world):
    send_at(HALF_PAST_SEVEN)

    mail = mails()[0]
    assert not mail.is_useless(HALF_PAST_SEVEN.replace(hour=11))
    assert mail.is_useless(HALF_PAST_SEVEN.replace(hour=12))
