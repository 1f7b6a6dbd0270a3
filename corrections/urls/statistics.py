"""Addresses of the public statistics."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import statistics

urlpatterns: list[URLPattern | URLResolver] = [
    path("statistics/", statistics.page, name="statistics"),
    path("statistics.json", statistics.as_json, name="statistics-json"),
    path("statistics.csv", statistics.as_csv, name="statistics-csv"),
]
