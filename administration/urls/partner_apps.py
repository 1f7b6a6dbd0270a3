"""URLs of the ministry's pages of partner apps."""

from django.urls import URLPattern, URLResolver, path

from administration.views import partner_apps

urlpatterns: list[URLPattern | URLResolver] = [
    path("partner-apps/", partner_apps.apps, name="partner-apps"),
    path("partner-apps/<uuid:app>/", partner_apps.app, name="partner-app"),
]
