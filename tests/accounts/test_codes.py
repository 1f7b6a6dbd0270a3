"""One-time codes: how many are sent, how many guesses are compared, how long they live."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from accounts import cleaning
from accounts.models import SignInCode, User
from accounts.sign_in import codes
from accounts.sign_in.codes import CodeOutcome
from messaging.models import Message
from tests.accounts.doors import another_code, last_code
from vaxreg import db_time

LAN = "+84912345678"
ADDRESS = "192.0.2.7"


def send(phone=LAN, address=ADDRESS):
    sending = codes.send(phone, address=address)
    assert sending.code_id
    return sending.code_id


@pytest.mark.django_db
def test_a_right_code_lets_in_once_and_verifies_the_number():
    code_id = send()
    code = last_code(LAN)

    first = codes.check(code_id, code)
    second = codes.check(code_id, code)

    assert first.outcome is CodeOutcome.RIGHT
    assert first.user == User.objects.get(phone=LAN, phone_verified=True)
    assert second.outcome is CodeOutcome.EXPIRED


@pytest.mark.django_db
def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_ends_it():
    code_id = send()
    code = last_code(LAN)

    answers = [codes.check(code_id, another_code(code)) for _ in range(5)]
    after = codes.check(code_id, code)

    assert [answer.tries_left for answer in answers] == [4, 3, 2, 1, 0]
    assert answers[-1].outcome is CodeOutcome.TOO_MANY
    assert after.outcome is CodeOutcome.TOO_MANY


@pytest.mark.django_db
def test_a_code_is_good_until_its_last_second():
    now = timezone.now()
    with db_time.at(now):
        code_id = send()
    code = last_code(LAN)

    with db_time.at(now + timedelta(minutes=10)):
        assert codes.check(code_id, code).outcome is CodeOutcome.EXPIRED
    with db_time.at(now + timedelta(minutes=9, seconds=59)):
        assert codes.check(code_id, code).outcome is CodeOutcome.RIGHT


@pytest.mark.django_db
def test_a_code_opens_nothing_for_the_session_of_somebody_else():
    lans, bobs = send(), send("+84987654321")

    answer = codes.check(bobs, last_code(LAN))

    assert last_code(LAN) != last_code("+84987654321")
    assert lans != bobs
    assert answer.outcome is CodeOutcome.WRONG


@pytest.mark.django_db
def test_a_stranger_who_asks_for_codes_to_my_number_does_not_spoil_mine():
    now = timezone.now()
    with db_time.at(now):
        mine = send()
    code = last_code(LAN)
    with db_time.at(now + timedelta(seconds=61)):
        send(address="198.51.100.1")

        assert codes.check(mine, code).outcome is CodeOutcome.RIGHT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "allowed"),
    [
        ([], True),
        ([59], False),
        ([60], True),
        ([60, 120], True),
        ([60, 120, 1800], False),
        ([60, 120, 3600], True),
        ([3600, 7200, 10800, 14400], True),
        ([3600, 7200, 10800, 14400, 18000], False),
        ([3600, 7200, 10800, 14400, 86400], True),
    ],
)
def test_codes_to_one_number_are_limited_per_minute_hour_and_day(after, allowed):
    now = timezone.now()
    verdicts: list[bool] = []
    for seconds in [0, *after]:
        with db_time.at(now + timedelta(seconds=seconds)):
            verdicts.append(codes.send(LAN, address=f"10.0.0.{len(verdicts)}").verdict.allowed)

    assert verdicts[:-1] == [True] * len(after)
    assert verdicts[-1] is allowed


@pytest.mark.django_db
def test_one_address_cannot_have_codes_sent_to_number_after_number(settings):
    settings.CODES_PER_ADDRESS = [(3, timedelta(hours=1))]

    sent = [codes.send(f"+8491234567{n}", address=ADDRESS).verdict.allowed for n in range(5)]

    assert sent == [True, True, True, False, False]
    assert Message.objects.count() == 3
    assert User.objects.count() == 3


@pytest.mark.django_db
def test_the_budget_of_the_hour_stops_all_sending(settings):
    settings.CODES_PER_HOUR = 2

    sent = [codes.send(f"+8491234567{n}", address=f"10.0.0.{n}").verdict.allowed for n in range(3)]

    assert sent == [True, True, False]


@pytest.mark.django_db
def test_at_most_ten_wrong_codes_a_day_are_compared_for_one_number(settings):
    settings.CODES_PER_NUMBER = [(100, timedelta(days=1))]
    now = timezone.now()
    outcomes = []
    with db_time.at(now):
        for _ in range(3):
            code_id = send()
            wrong = another_code(last_code(LAN))
            outcomes += [codes.check(code_id, wrong) for _ in range(5)]
        right = codes.check(code_id, last_code(LAN))

    assert SignInCode.objects.order_by("-created_at", "-pk").filter(tries=0).count() == 1
    assert outcomes[10].retry_at == now + timedelta(days=1)
    assert right.outcome is CodeOutcome.TOO_MANY


@pytest.mark.django_db
def test_too_many_wrong_codes_in_the_country_make_short_ones_useless(settings):
    settings.WRONG_CODES_PER_HOUR = 2
    asked = [send(number) for number in (LAN, "+84912345671", "+84912345672")]
    code = last_code(LAN)
    for code_id in asked[1:]:
        codes.check(code_id, "x")

    assert codes.check(asked[0], code).outcome is CodeOutcome.TOO_SHORT


@pytest.mark.django_db(transaction=True)
def test_of_fifty_guesses_at_once_exactly_five_are_compared():
    code_id = send()
    wrong = another_code(last_code(LAN))
    start = threading.Barrier(50)
    outcomes = []

    def guess():
        start.wait()
        try:
            outcomes.append(codes.check(code_id, wrong))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    compared = [check for check in outcomes if check.outcome is CodeOutcome.WRONG]
    assert sorted(check.tries_left for check in compared) == [1, 2, 3, 4]
    assert SignInCode.objects.get().tries == 5


@pytest.mark.django_db
def test_the_database_holds_no_code_in_the_clear():
    send()

    assert last_code(LAN) not in str(SignInCode.objects.values("code_hash").get())


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("vi", "là mã đăng nhập"), ("en", "is your code")])
def test_the_sms_speaks_the_language_of_the_page_and_ends_with_the_line_that_phones_read(
    language, words, settings
):
    settings.SITE_DOMAIN = "sotiem.vn"

    with translation.override(language):
        send()

    text = Message.objects.get().text
    assert words in text
    assert text.splitlines()[-1] == f"@sotiem.vn #{last_code(LAN)}"
    assert Message.objects.get().is_secret
    assert User.objects.get().language == language


@pytest.mark.django_db
def test_a_closed_account_is_sent_nothing_and_let_in_by_nothing():
    User.objects.create_user(phone=LAN, is_active=False)

    sending = codes.send(LAN, address=ADDRESS)

    assert sending.verdict.allowed
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_numbers_never_verified_are_forgotten_after_a_day_and_nobody_else_is():
    send()
    verified = User.objects.create_user(phone="+84987654321", phone_verified=True)
    nurse = User.objects.create_user(email="minh@demo.sotiem.vn")

    with db_time.at(timezone.now() + timedelta(hours=23)):
        cleaning.purge()
        assert User.objects.count() == 3
    with db_time.at(timezone.now() + timedelta(hours=25)):
        cleaning.purge()

    assert set(User.objects.all()) == {verified, nurse}
