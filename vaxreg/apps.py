"""The project as an app, so that its templates, tags and commands are found."""

from django.apps import AppConfig


class VaxregConfig(AppConfig):
    name = "vaxreg"
    verbose_name = "VaxReg"
