"""URLs of opening and starting a record."""

from django.urls import URLPattern, URLResolver, path

from citizens import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("record/open/", views.open_record, name="record-open"),
    path("record/start/", views.start_record, name="record-start"),
    path("record/areas/", views.areas, name="record-areas"),
]
