"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordingConfig(AppConfig):
    name = "recording"
    verbose_name = _("Recording of doses")

    def ready(self) -> None:
        """Let people refuse the reminders of doses that are due."""
        from messaging import preferences
        from recording.due.reminders import OFFER

        preferences.register(OFFER)
