"""URLs of the public statistics."""

from django.urls import URLPattern, URLResolver, path

from public_statistics import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("statistics/", views.page, name="statistics"),
    path("statistics.json", views.as_json, name="statistics-json"),
    path("statistics.csv", views.as_csv, name="statistics-csv"),
]
