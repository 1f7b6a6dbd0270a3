"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OversightConfig(AppConfig):
    name = "oversight"
    verbose_name = _("Oversight")

    def ready(self) -> None:
        from messaging import preferences
        from oversight.morning_report import OFFER

        preferences.register(OFFER)
