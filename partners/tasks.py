"""Celery tasks of partner apps. Each may run twice, late, or not at all."""

from celery import shared_task
from oauth2_provider.models import clear_expired

from partners.webhooks import events, sending


@shared_task(name="partners.purge_tokens")
def purge_tokens() -> None:
    """Delete codes and tokens that have run out; consents stay."""
    clear_expired()


@shared_task(name="partners.deliver_to")
def deliver_to(endpoint_id: int) -> None:
    """Send what is due to one address."""
    sending.deliver_to(endpoint_id)


@shared_task(name="partners.deliver_due")
def deliver_due() -> None:
    """Ask for each address with something due, where the hint was lost."""
    sending.deliver_due()


@shared_task(name="partners.forget_events")
def forget_events() -> None:
    """Delete what apps were told 30 days ago."""
    events.forget()
