"""The Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OwnDataConfig(AppConfig):
    name = "own_data"
    verbose_name = _("One's own data")
