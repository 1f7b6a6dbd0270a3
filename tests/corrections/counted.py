"""What the jobs do by themselves once a minute: marks are passed, days closed, figures counted."""

from corrections import figures
from corrections.sweep import sweep


def count_everything() -> None:
    """Let the sweep pass, close the days that are over, and count today."""
    sweep()
    figures.close_days()
    figures.refresh()
