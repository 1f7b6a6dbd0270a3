"""The room of how far vaccination has come: people, places, age bands, days. Reads doses, writes none."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UptakeConfig(AppConfig):
    name = "uptake"
    verbose_name = _("Vaccination coverage")
