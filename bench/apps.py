"""The app's name for Django."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "bench"
