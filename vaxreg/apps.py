"""The project as a Django app, so that its templates, template tags and commands are found."""

from django.apps import AppConfig


class VaxregConfig(AppConfig):
    name = "vaxreg"
    verbose_name = "VaxReg"
