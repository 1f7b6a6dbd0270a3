"""URLs of the coverage page and its files."""

from django.urls import URLPattern, URLResolver, path

from uptake import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("coverage/", views.overview, name="coverage"),
    path("coverage/coverage.csv", views.as_csv, name="coverage-csv"),
    path("coverage/coverage.xlsx", views.as_xlsx, name="coverage-xlsx"),
]
