"""Celery tasks of partner apps."""

from celery import shared_task
from oauth2_provider.models import clear_expired


@shared_task(name="partners.purge_tokens")
def purge_tokens() -> None:
    """Delete codes and tokens that have run out; consents stay."""
    clear_expired()
