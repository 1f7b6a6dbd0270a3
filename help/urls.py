"""URLs of the help pages."""

from django.urls import URLPattern, URLResolver, path

from help import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("help/", views.own, name="help"),
    path("help/<slug:audience>/", views.audience, name="help-audience"),
]
