"""The watching app."""

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class WatchingConfig(AppConfig):
    """The watching app."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "watching"
    verbose_name = _("Watching the service")

    def ready(self) -> None:
        """Send reports of errors from now on, where somebody wants them."""
        if settings.SENTRY_DSN:
            # Read only then: half a second of every start.
            import_module("watching.error_reports").start()
