"""Checks of the machine for alarms: is there room on the disk, is there a fresh backup?"""

import os
import shutil
import time

from django.conf import settings


def free_share() -> float | None:
    """Return which share of the disk of photos and files is free; None where they lie elsewhere."""
    if settings.PRIVATE_FILES_S3_URL:
        return None
    folder: str = settings.PRIVATE_FILES
    # The folder is made with the first photo.
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total


def disk_trouble() -> str:
    """Return how little of the disk is free; empty when there is enough."""
    free = free_share()
    if free is not None and free < settings.DISK_FREE:
        return (
            f"the disk of photos and files has {free:.0%} free, less than {settings.DISK_FREE:.0%}:"
            " make room before uploads fail"
        )
    return ""


def backup_age() -> float | None:
    """Return the seconds since the last good backup; None where nobody says (BACKUP_STAMP)."""
    if not settings.BACKUP_STAMP:
        return None
    try:
        return max(time.time() - os.path.getmtime(settings.BACKUP_STAMP), 0.0)
    except OSError:
        return None


def backup_trouble() -> str:
    """Return how old the last good backup is; empty when it is fresh or nobody is asked for any."""
    if not settings.BACKUP_STAMP:
        return ""
    age = backup_age()
    if age is None:
        return f"no backup has ever ended well: {settings.BACKUP_STAMP} is not there"
    if age > settings.BACKUP_HOURS * 3600:
        return f"the last good backup is {age / 3600:.0f} hours old"
    return ""
