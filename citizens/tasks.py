"""Celery tasks of citizens."""

from celery import shared_task

from citizens import photo_proofs
from citizens.family import consent, ends


@shared_task(name="citizens.end_links")
def end_links() -> None:
    """Tell of links that end soon, close those whose day has come, forget old requests and photos."""
    ends.sweep()
    consent.purge()
    photo_proofs.purge()
