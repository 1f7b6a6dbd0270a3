"""What Celery runs of oversight: hand over what nobody decides, find the silent, the morning report."""

from celery import shared_task

from corrections.routing import unattended
from oversight import morning_report, silence


@shared_task(name="oversight.watch_desks")
def watch_desks() -> None:
    """Hand over what lies where nobody decides, and list the organizations that do not answer."""
    unattended.hand_over_all()
    silence.refresh()


@shared_task(name="oversight.send_morning_reports")
def send_morning_reports() -> None:
    """Write to the health officers who have not got today's report."""
    morning_report.send_reports()
