"""Celery tasks of the counter: files of reports go on, and are forgotten in time."""

from celery import shared_task

from counter.reports import running


@shared_task(name="counter.go_on_with_reports")
def go_on_with_reports(report_file: int) -> None:
    """Do the next rows of one file."""
    running.work(report_file)


@shared_task(name="counter.go_on_with_all_reports")
def go_on_with_all_reports() -> None:
    """Do what a lost hint left undone."""
    running.go_on()


@shared_task(name="counter.forget_reports")
def forget_reports() -> None:
    """Delete files of reports and what their rows say about people when it is no longer needed."""
    running.forget()
