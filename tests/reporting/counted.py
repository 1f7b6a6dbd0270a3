"""What the jobs do by themselves once a minute: milestones are passed, days closed, figures counted."""

from corrections.sweep import sweep
from reporting import daily_job


def count_everything() -> None:
    """Let the sweep pass, close the days that are over, and count today."""
    sweep()
    daily_job.close_days()
    daily_job.refresh()
