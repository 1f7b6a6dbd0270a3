"""Celery task of background work: forgetting old deaths."""

from datetime import timedelta

from celery import shared_task

from background import counting
from vaxreg import db_time

KEPT = timedelta(days=7)


@shared_task(name="background.forget")
def forget() -> None:
    """Delete tries that began a week ago, never ended, and were not set aside."""
    counting.forget(db_time.now() - KEPT)
