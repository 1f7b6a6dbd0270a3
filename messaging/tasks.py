"""Celery tasks for messages. Each may run twice, late, or not at all."""

from celery import shared_task

from messaging import delivery, digests, receipts


@shared_task(name="messaging.deliver")
def deliver(message_id: int) -> None:
    """Deliver one message soon after it was stored."""
    delivery.deliver(message_id)


@shared_task(name="messaging.deliver_due")
def deliver_due() -> None:
    """Deliver messages that were missed, and digests whose wait is over."""
    digests.close_due_digests()
    delivery.deliver_due()


@shared_task(name="messaging.ask_receipts")
def ask_receipts() -> None:
    """Ask the SMS gateway for receipts that are late."""
    receipts.ask_due()
