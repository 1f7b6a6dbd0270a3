"""The project itself: settings, URLs, clock, launcher, look. It knows no domain word."""

from vaxreg.celery import app as celery_app

__all__ = ["celery_app"]
