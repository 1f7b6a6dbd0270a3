"""The doses app: vaccines, doses, every revision of a dose."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DosesConfig(AppConfig):
    name = "doses"
    verbose_name = _("Doses")
