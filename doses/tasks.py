"""Celery tasks of doses: the apps above are told of people whose doses were written by a file."""

from celery import shared_task

from doses import later


@shared_task(name="doses.tell_later")
def tell_later() -> None:
    """Tell of the people who wait."""
    later.tell()
