"""Celery: its schedule (one sentence per entry) and the function that asks for a task to run soon.

Work never depends on Celery alone. What must be done is recorded in PostgreSQL rows; the sweep,
once a minute, does what a lost task did not do (docs/adr/0006).
"""

import logging
import os
import time
from datetime import timedelta

from celery import Celery
from celery.schedules import crontab
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")

log = logging.getLogger(__name__)

DEFAULT_QUEUE = "default"
MAIL_QUEUE = "mail"
# Runs of many minutes, by a worker that has DuckDB (requirements-matching.txt).
MATCHING_QUEUE = "matching"

# By name: the class counts in a table of an app above this one.
app = Celery("vaxreg", task_cls="background.counted_task:CountedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_default_queue=DEFAULT_QUEUE,
    task_routes={
        "messaging.*": {"queue": MAIL_QUEUE},
        "matching.*": {"queue": MATCHING_QUEUE},
    },
    # A task whose process or worker dies is delivered again, WORK_TRIES times in all; every task is
    # idempotent.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    task_time_limit=60,
    worker_soft_shutdown_timeout=30,
    worker_enable_soft_shutdown_on_idle=True,
    worker_hijack_root_logger=False,
    accept_content=["json"],
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        # Seconds. Longer than any task, short enough to redeliver soon what a dead worker had.
        "visibility_timeout": 120,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # A broker that hangs may cost a publisher two seconds, once; then the breaker below opens.
        "socket_timeout": 2,
        "socket_connect_timeout": 1,
        "max_retries": 0,
    },
    timezone="Asia/Ho_Chi_Minh",
    beat_schedule={
        "Every minute: write breaches, escalate, remind, and do what a lost hint left undone": {
            "task": "corrections.sweep",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: close the days that are over, and count the figures of today": {
            "task": "reporting.keep_figures",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: read the photos of drafts whose hint was lost": {
            "task": "corrections.read_photos",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: make certificates that are wanted and whose hint was lost": {
            "task": "certificates.make_wanted",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: sign what sites have stated, for the centre": {
            "task": "certificates.countersign",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: go on with signing by a new key": {
            "task": "certificates.resign",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: list the certificates that count no more": {
            "task": "certificates.keep_list",
            "schedule": timedelta(minutes=1),
        },
        "Every hour: sign certificates again that expire soon": {
            "task": "certificates.renew",
            "schedule": timedelta(hours=1),
        },
        "Every 5 minutes: hand over what lies where nobody decides": {
            "task": "oversight.watch_desks",
            "schedule": timedelta(minutes=5),
        },
        "Every 5 minutes: find organizations that do not answer": {
            "task": "oversight.find_silent",
            "schedule": timedelta(minutes=5),
        },
        "Every minute: write letters to sites behind whose hint was lost": {
            "task": "oversight.send_letters",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: send messages whose hint was lost or whose last try failed": {
            "task": "messaging.deliver_due",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: ask the SMS gateway what became of messages without a receipt": {
            "task": "messaging.ask_receipts",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: count the vaccination coverage of people whose doses or facts changed": {
            "task": "uptake.fold",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: ask the population database what is due": {
            "task": "identity.ask_population",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: write to staff who were imported and know nothing yet": {
            "task": "organizations.tell_staff",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: go on with imports of doses whose hint was lost or whose worker died": {
            "task": "recording.go_on_with_imports",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: go on with files of reports whose hint was lost or whose worker died": {
            "task": "counter.go_on_with_all_reports",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: tell of people whose doses were written by a file, where the hint was lost": {
            "task": "doses.tell_later",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: count what sites have entered of what they gave, where it changed": {
            "task": "recording.count_sites",
            "schedule": timedelta(minutes=1),
        },
        "Every minute: find what is due for people whose doses or facts changed": {
            "task": "recording.find_due",
            "schedule": timedelta(minutes=1),
        },
        "Every 10 minutes from 8 to 20: remind people of doses that are due soon": {
            "task": "recording.remind",
            "schedule": crontab(hour="8-19", minute="*/10"),
        },
        "Every night: note whose next dose is another one because of the date alone": {
            "task": "recording.follow_calendar",
            "schedule": crontab(hour=0, minute=7),
        },
        "Every minute: go on with changes of many doses whose hint was lost or whose worker died": {
            "task": "review.go_on_with_all",
            "schedule": timedelta(minutes=1),
        },
        "Every 5 minutes: seal what was written to the history": {
            "task": "audit.seal_history",
            "schedule": timedelta(minutes=5),
        },
        "Every hour: forget the rows of files that were imported a week ago": {
            "task": "organizations.forget_imports",
            "schedule": timedelta(hours=1),
        },
        "Every hour: forget the files and names of imports of doses that are a month old": {
            "task": "recording.forget_imports",
            "schedule": timedelta(hours=1),
        },
        "Every hour: forget the files and words of reports that are a month old": {
            "task": "counter.forget_reports",
            "schedule": timedelta(hours=1),
        },
        "Every hour: forget background work that died a week ago and was never tried again": {
            "task": "background.forget",
            "schedule": timedelta(hours=1),
        },
        "Every hour: end links to records whose day has come, and tell of it a month before": {
            "task": "citizens.end_links",
            "schedule": timedelta(hours=1),
        },
        "Every hour: forget sign-in counters and accounts nobody ever verified": {
            "task": "accounts.purge",
            "schedule": timedelta(hours=1),
        },
        "Every hour: publish the statistics of months whose last day is closed": {
            "task": "public_statistics.publish_statistics",
            "schedule": timedelta(hours=1),
        },
        "Every hour: publish the coverage of days that are over": {
            "task": "public_statistics.publish_coverage",
            "schedule": timedelta(hours=1),
        },
        "Every minute from 7 to 10: e-mail the report of 07:30 to officers who have not got it": {
            "task": "oversight.send_morning_reports",
            "schedule": crontab(hour="7-9"),
        },
        "Every night: delete abandoned drafts, and files of photos that no row names": {
            "task": "portal.purge_files",
            "schedule": crontab(hour=3, minute=17),
        },
        # Where no worker listens to their queue, runs of former nights must not pile up.
        "Every night: find records of one person among what is new or changed": {
            "task": "matching.find_changed",
            "schedule": crontab(hour=1, minute=23),
            "options": {"expires": 12 * 3600},
        },
        "Every month: find records of one person among all": {
            "task": "matching.find_whole",
            "schedule": crontab(day_of_month=1, hour=2, minute=23),
            "options": {"expires": 12 * 3600},
        },
        "Every 10 minutes of the night: delete photos of cases that were closed long ago": {
            "task": "corrections.delete_old_photos",
            "schedule": crontab(hour="1-4", minute="*/10"),
        },
        "Every 10 minutes of the night: find doses on record twice that nothing announced": {
            "task": "review.find_twice",
            "schedule": crontab(hour="1-4", minute="5-55/10"),
        },
        "Every minute: tell partner apps of changes whose hint was lost or whose last try failed": {
            "task": "partners.deliver_due",
            "schedule": timedelta(minutes=1),
        },
        "Every night: forget what partner apps were told 30 days ago": {
            "task": "partners.forget_events",
            "schedule": crontab(hour=3, minute=47),
        },
        "Every night: forget the numbers of people who asked to be called back 30 days ago": {
            "task": "hotline.forget_callbacks",
            "schedule": crontab(hour=3, minute=37),
        },
        "Every night: delete codes and tokens of partner apps that have run out": {
            "task": "partners.purge_tokens",
            "schedule": crontab(hour=3, minute=47),
        },
    },
)
app.autodiscover_tasks()

# Seconds without further attempts after one failed; the sweep does the work meanwhile.
BREAKER_SECONDS = 10
_broken_until = 0.0


def hint(task_name: str, *args: int | str, seconds: float = 0) -> None:
    """Ask Celery, after the current transaction has committed, to run the named task soon.

    seconds: how long the task waits before it runs.

    Never raises and never blocks the caller for more than about two seconds. The caller must
    already have written a row by which the sweep finds the same work.
    """
    transaction.on_commit(lambda: _publish(task_name, args, seconds), robust=True)


def _publish(task_name: str, args: tuple[int | str, ...], seconds: float) -> None:
    global _broken_until
    if time.monotonic() < _broken_until:
        return
    if task_name not in app.tasks:
        # Once per process: it also runs Django's checks, which take far longer than sending a task.
        app.loader.import_default_modules()
    try:
        app.tasks[task_name].apply_async(args=args, countdown=seconds, retry=False)
    except (KombuError, RedisError, OSError) as error:
        _broken_until = time.monotonic() + BREAKER_SECONDS
        log.warning("hint not sent, the sweep will do it: %s (%s)", task_name, error)
