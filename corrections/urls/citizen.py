"""Addresses of the citizen’s pages."""

from django.urls import URLPattern, URLResolver, path

from corrections.views import citizen, landing

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("record/", citizen.record, name="record"),
    path("record/open/", citizen.open_record, name="record-open"),
    path("record/start/", citizen.start_record, name="record-start"),
    path("record/areas/", citizen.areas, name="record-areas"),
    path("corrections/", citizen.corrections, name="corrections"),
    # Last: it takes whatever somebody types as a reference.
    path("corrections/<str:reference>/", citizen.correction, name="correction"),
]
