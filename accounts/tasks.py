"""Celery tasks of accounts."""

from celery import shared_task

from accounts import cleaning


@shared_task(name="accounts.purge")
def purge() -> None:
    """Delete old attempts, codes, links, sessions and unverified accounts."""
    cleaning.purge()
