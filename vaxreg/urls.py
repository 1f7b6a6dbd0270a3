"""The URLs of the product: one line for each app."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

APPS = [
    "certificates",
    "partners",
    "portal",
    "own_data",
    "citizens",
    "identity",
    "recording",
    "review",
    "counter",
    "hotline",
    "oversight",
    "administration",
    "public_statistics",
    "help",
    "uptake",
    "accounts",
    "messaging",
    "watching",
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include(f"{app}.urls")) for app in APPS]
urlpatterns += [path("api/v1/", include("api.urls")), path("fhir/", include("fhir_api.urls"))]
if settings.DEBUG or settings.DEMO:
    urlpatterns += [path("ui/", include("vaxreg.gallery.urls"))]

handler403 = "vaxreg.errors.forbidden"
handler404 = "vaxreg.errors.not_found"
handler500 = "vaxreg.errors.server_error"
