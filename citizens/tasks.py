"""Celery tasks of citizens."""

from celery import shared_task

from citizens.family import consent, ends


@shared_task(name="citizens.end_links")
def end_links() -> None:
    """Tell of links that end soon, close those whose day has come, forget old requests."""
    ends.sweep()
    consent.purge()
