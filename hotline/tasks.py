"""Celery tasks of the hotline: forgetting the numbers of people who asked to be called back."""

from celery import shared_task

from hotline import callbacks


@shared_task(name="hotline.forget_callbacks")
def forget_callbacks() -> None:
    """Forget the numbers that were asked for 30 days ago."""
    callbacks.forget()
