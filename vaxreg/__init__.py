"""The project: settings, URLs, Celery, health, errors, forms, tables. It knows no domain term.

Imports no other app.
"""

from vaxreg.celery import app as celery_app

__all__ = ["celery_app"]
