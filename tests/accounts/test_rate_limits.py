"""Counting is exact, under races too."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Attempt
from accounts.rate_limits import LimitRule
from vaxreg import db_time

HOURLY = [(3, timedelta(hours=1))]


@pytest.mark.django_db
def test_the_attempt_after_the_last_allowed_one_is_refused_with_the_time_to_wait():
    now = timezone.now()
    with db_time.at(now):
        for _ in range(3):
            assert rate_limits.count_attempt("knock", "lan", HOURLY).allowed

        verdict = rate_limits.count_attempt("knock", "lan", HOURLY)

    assert not verdict.allowed
    assert verdict.retry_at == now + timedelta(hours=1)


@pytest.mark.django_db
def test_the_window_slides():
    now = timezone.now()
    with db_time.at(now):
        rate_limits.count_attempt("knock", "lan", HOURLY)
    with db_time.at(now + timedelta(minutes=30)):
        rate_limits.count_attempt("knock", "lan", HOURLY)
        rate_limits.count_attempt("knock", "lan", HOURLY)

    with db_time.at(now + timedelta(minutes=60)):
        first = rate_limits.count_attempt("knock", "lan", HOURLY)
        second = rate_limits.count_attempt("knock", "lan", HOURLY)

    assert first.allowed
    assert not second.allowed
    assert second.retry_at == now + timedelta(minutes=90)


@pytest.mark.django_db
def test_other_people_and_other_purposes_are_counted_apart():
    for _ in range(3):
        rate_limits.count_attempt("knock", "lan", HOURLY)

    assert rate_limits.count_attempt("knock", "binh", HOURLY).allowed
    assert rate_limits.count_attempt("ring", "lan", HOURLY).allowed


@pytest.mark.django_db
def test_nothing_is_counted_anywhere_when_one_of_the_rules_refuses():
    for _ in range(3):
        rate_limits.count_attempt("knock", "lan", HOURLY)

    verdict = rate_limits.count_attempts(
        LimitRule("hour", "all", HOURLY), LimitRule("knock", "lan", HOURLY)
    )

    assert verdict.refused_by == "knock"
    assert rate_limits.count("hour", "all", timedelta(hours=1)) == 0


@pytest.mark.django_db
def test_a_forgiven_attempt_does_not_count():
    verdict = rate_limits.count_attempt("knock", "lan", HOURLY)

    rate_limits.undo(verdict)

    assert rate_limits.count("knock", "lan", timedelta(hours=1)) == 0


@pytest.mark.django_db
def test_the_table_holds_no_subject_in_the_clear():
    rate_limits.count_attempt("knock", "+84912345678", HOURLY)

    assert "84912345678" not in str(Attempt.objects.values().get())


@pytest.mark.django_db
def test_old_attempts_are_purged_and_young_ones_kept():
    now = timezone.now()
    with db_time.at(now - rate_limits.KEPT - timedelta(seconds=1)):
        rate_limits.count_attempt("knock", "lan", HOURLY)
    rate_limits.count_attempt("knock", "binh", HOURLY)

    rate_limits.purge()

    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_thirty_threads_at_once_get_exactly_the_allowed_number_of_attempts():
    start = threading.Barrier(30)
    allowed = []

    def knock():
        start.wait()
        try:
            if rate_limits.count_attempt("knock", "lan", [(7, timedelta(hours=1))]).allowed:
                allowed.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=knock) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(allowed) == 7
