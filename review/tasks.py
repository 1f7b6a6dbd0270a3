"""Celery tasks of the desk: changes of many doses go on, doses on record twice are found."""

from celery import shared_task

from review.many_doses import running
from review.twice import finding


@shared_task(name="review.go_on_with_many")
def go_on_with_many(change: int) -> None:
    """Do the next doses of one act."""
    running.work(change)


@shared_task(name="review.go_on_with_all")
def go_on_with_all() -> None:
    """Do what a lost hint left undone."""
    running.go_on()


@shared_task(name="review.find_twice")
def find_twice() -> None:
    """Look at the next people for doses that stand on their record twice."""
    finding.sweep()
