"""Celery tasks of oversight."""

from celery import shared_task

from corrections.routing import unattended
from oversight import morning_report, silence
from oversight.back_entry import broadcasts


@shared_task(name="oversight.watch_desks")
def watch_desks() -> None:
    """Move cases that nobody attends."""
    unattended.hand_over_all()


@shared_task(name="oversight.find_silent")
def find_silent() -> None:
    """Find organizations that do not answer."""
    silence.refresh()


@shared_task(name="oversight.send_morning_reports")
def send_morning_reports() -> None:
    """Send the morning report to officers who have not got it yet."""
    morning_report.send_reports()


@shared_task(name="oversight.send_letters")
def send_letters() -> None:
    """Write the letters and reminders to sites that wait."""
    broadcasts.send_due()
