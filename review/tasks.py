"""Celery tasks of the desk: changes of many doses go on."""

from celery import shared_task

from review.many_doses import running


@shared_task(name="review.go_on_with_many")
def go_on_with_many(change: int) -> None:
    """Do the next doses of one act."""
    running.work(change)


@shared_task(name="review.go_on_with_all")
def go_on_with_all() -> None:
    """Do what a lost hint left undone."""
    running.go_on()
