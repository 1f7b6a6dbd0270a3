"""What Celery does for messages. Every task may run twice, late, or not at all."""

from celery import shared_task

from messaging import delivery, digests, receipts


@shared_task(name="messaging.deliver")
def deliver(message_id: int) -> None:
    """Deliver one message, soon after it was written."""
    delivery.deliver(message_id)


@shared_task(name="messaging.deliver_due")
def deliver_due() -> None:
    """Deliver what was left behind, and what has waited for others."""
    digests.bundle()
    delivery.deliver_due()


@shared_task(name="messaging.ask_receipts")
def ask_receipts() -> None:
    """Ask the SMS gateway for the receipts that it has not brought."""
    receipts.ask_due()
