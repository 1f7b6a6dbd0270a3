"""Celery tasks of recording: imports of doses go on, the sums of sites are counted, people reminded."""

from celery import shared_task

from recording.due import fold as due_fold
from recording.due import sending
from recording.imports import running
from recording.site_days import fold


@shared_task(name="recording.go_on_with_import")
def go_on_with_import(dose_import: int) -> None:
    """Do the next chunks of one import."""
    running.work(dose_import)


@shared_task(name="recording.go_on_with_imports")
def go_on_with_imports() -> None:
    """Do what a lost hint left undone."""
    running.go_on()


@shared_task(name="recording.forget_imports")
def forget_imports() -> None:
    """Delete files of doses and what their rows say about people when it is no longer needed."""
    running.forget()


@shared_task(name="recording.count_sites")
def count_sites() -> None:
    """Count what sites have entered of what they gave, where something changed."""
    fold.update_sums()


@shared_task(name="recording.find_due")
def find_due() -> None:
    """Find what is due for people whose doses or facts changed."""
    due_fold.update()


@shared_task(name="recording.follow_calendar")
def follow_calendar() -> None:
    """Note what a new day changes in what is due."""
    due_fold.follow_calendar()


@shared_task(name="recording.remind")
def remind() -> None:
    """Send the reminders of doses that are due soon."""
    sending.send_due()
