"""URLs of the pages on which a site records doses."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("recording.imports.urls"))]
