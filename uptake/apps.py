"""The uptake app: vaccinated people by place, age band and day. It only reads doses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UptakeConfig(AppConfig):
    name = "uptake"
    verbose_name = _("Vaccination coverage")
