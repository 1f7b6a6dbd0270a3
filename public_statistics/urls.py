"""URLs of what everybody may read: the public statistics, and the posters about the rule."""

from django.urls import URLPattern, URLResolver, path

from public_statistics import coverage_views, rights, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("statistics/", views.page, name="statistics"),
    path("statistics.json", views.as_json, name="statistics-json"),
    path("statistics.csv", views.as_csv, name="statistics-csv"),
    path("statistics/coverage/", coverage_views.page, name="statistics-coverage"),
    path("statistics/coverage.json", coverage_views.as_json, name="statistics-coverage-json"),
    path("statistics/coverage.csv", coverage_views.as_csv, name="statistics-coverage-csv"),
    path("rights/", rights.citizens, name="rights"),
    path("rights/sites/", rights.sites, name="rights-sites"),
]
