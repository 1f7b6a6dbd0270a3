"""What Celery does for messages. Both tasks may run twice, late, or not at all."""

from celery import shared_task

from messaging import actions


@shared_task(name="messaging.deliver")
def deliver(message_id: int) -> None:
    """Deliver one message, soon after it was written."""
    actions.deliver(message_id)


@shared_task(name="messaging.deliver_due")
def deliver_due() -> None:
    """Deliver what was left behind."""
    actions.deliver_due()
